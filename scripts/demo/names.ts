import { faker } from '@faker-js/faker/locale/en';

/** A name, and what it becomes in an e-mail address. */
export interface Name {
  full: string;
  latin: string;
}

/** One name in twelve is not written in Latin letters, or not only in plain ones. */
export function someName(): Name {
  if (faker.number.int(11) === 0) return faker.helpers.arrayElement(otherNames);
  const full = `${faker.person.firstName()} ${faker.person.lastName()}`;
  return { full, latin: latinOf(full) };
}

/** `Siobhán O'Connor` becomes `siobhan.oconnor`. */
export const latinOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .trim()
    .replace(/ +/g, '.');

const otherNames: readonly Name[] = [
  { full: 'Екатерина Смирнова', latin: 'ekaterina.smirnova' },
  { full: 'Олександр Шевченко', latin: 'oleksandr.shevchenko' },
  { full: 'Ελένη Νικολάου', latin: 'eleni.nikolaou' },
  { full: 'ليلى حداد', latin: 'layla.haddad' },
  { full: 'נועה לוי', latin: 'noa.levi' },
  { full: '佐藤 健太', latin: 'kenta.sato' },
  { full: '李 娜', latin: 'na.li' },
  { full: '김민준', latin: 'minjun.kim' },
  { full: 'अर्जुन पटेल', latin: 'arjun.patel' },
  { full: 'Trần Đức Anh', latin: 'duc.anh.tran' },
  { full: 'Łucja Żółkiewska', latin: 'lucja.zolkiewska' },
  { full: 'Jürgen Großmann', latin: 'juergen.grossmann' },
  { full: "Niamh O'Sullivan", latin: 'niamh.osullivan' },
  { full: 'Þóra Guðmundsdóttir', latin: 'thora.gudmundsdottir' },
];
