/** A name, and its form in an email. */
export interface Name {
  full: string;
  latin: string;
}

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

/** Given and family names that go together. */
export interface Origin {
  given: readonly string[];
  family: readonly string[];
}

/** Names in Latin letters, from which `latinOf` makes addresses. */
export const origins: readonly Origin[] = [
  {
    given: words('Alice Callum Fiona Graham Harriet Imogen Jack Lewis Martha Nathan Owen Rhiannon Sean Zoe'),
    family: words(
      "Barker Cartwright Doyle Evans Fraser Griffiths Hughes Kerr Lowe McAllister O'Brien Pryce Reid Walsh",
    ),
  },
  {
    given: words('Anke Bastian Clara Dirk Elke Felix Greta Jonas Katrin Lukas Nele Rainer Sabine Uwe'),
    family: words(
      'Bauer Brandt Engel Hartmann Huber Keller Krämer Lange Meier Richter Schäfer Vogt Winkler Zimmermann',
    ),
  },
  {
    given: words(
      'Aurélie Baptiste Camille Didier Élodie Fabien Gaëlle Hugo Jérôme Laure Mathieu Noémie Thibault Yves',
    ),
    family: words(
      'Bernard Chevalier Deschamps Faure Garnier Lambert Lefèvre Marchand Moreau Perrin Renaud Roussel Tremblay Vidal',
    ),
  },
  {
    given: words(
      'Alejandro Beatriz Carlos Inés Javier Lucía Mateo Nuria Pablo Rocío Santiago Valentina Ximena Diego',
    ),
    family: words(
      'Aguilar Castillo Delgado Fuentes Herrera Ibáñez Jiménez Molina Navarro Ortega Peña Quintana Salazar Vargas',
    ),
  },
  {
    given: words(
      'Afonso Bruna Catarina Duarte Francisca Gonçalo Helena Joana Leandro Mafalda Nuno Rafaela Thiago Vitória',
    ),
    family: words(
      'Almeida Barbosa Carvalho Esteves Ferreira Guimarães Lopes Magalhães Nogueira Oliveira Pinto Ramos Silveira Teixeira',
    ),
  },
  {
    given: words(
      'Alessia Bruno Chiara Dario Elisa Fabrizio Giulia Lorenzo Martina Nicolò Paola Raffaele Silvia Tommaso',
    ),
    family: words(
      'Barbieri Conti Esposito Ferrara Galli Leone Marchetti Monti Pellegrini Ricci Rinaldi Sartori Testa Villa',
    ),
  },
  {
    given: words('Aino Astrid Bjarke Eino Freja Gunnar Henrik Ida Joakim Linnea Mikkel Signe Tuomas Ylva'),
    family: words(
      'Andersson Berg Dahl Ekström Haugen Holm Jensen Korhonen Lindgren Mäkinen Nyström Rasmussen Strand Virtanen',
    ),
  },
  {
    given: words(
      'Agnieszka Bartosz Dorota Filip Grzegorz Hana Jakub Katarzyna Marek Ondřej Petra Radek Zdeněk Zuzana',
    ),
    family: words('Baran Czech Duda Dvořák Horák Kaczmarek Król Kubát Mazur Novák Nowak Sikora Wójcik Zając'),
  },
  {
    given: words('Ayşe Burak Cem Deniz Elif Emre Gülşen Hakan Kerem Leyla Murat Özlem Selin Tolga'),
    family: words('Acar Aksoy Aydemir Bulut Çelik Demir Ergin Güneş Kaplan Koç Öztürk Şahin Tekin Yavuz'),
  },
  {
    given: words('Amira Bilal Dina Farid Hala Idris Karim Lina Mariam Nabil Omar Rania Tarek Yasmin'),
    family: words(
      'Aziz Bakri Darwish Fayed Ghanem Hamdan Ismail Khalil Mansour Nasser Qasim Rahman Saleh Zaki',
    ),
  },
  {
    given: words(
      'Aditi Dev Divya Farhan Harpreet Ishaan Kavya Meera Nikhil Pooja Rohan Sanjana Tariq Vikram',
    ),
    family: words(
      'Banerjee Chaudhary Das Gupta Iyer Joshi Kapoor Malhotra Nair Perera Rao Sharif Singh Thapa',
    ),
  },
  {
    given: words('Akira Chiyo Daichi Emi Haruto Jun Keiko Mei Naoki Ren Sakura Takumi Yuki Yumi'),
    family: words(
      'Fujita Hayashi Inoue Ishikawa Kimura Kobayashi Matsuda Mori Nakamura Ogawa Saitō Shimizu Ueda Yamamoto',
    ),
  },
  {
    given: words('Bao Hui Jiahao Jisoo Lan Linh Minh Ngọc Quang Seojun Siew Thảo Weiming Xinyi'),
    family: words('Bùi Chen Cho Goh Hoàng Kang Lim Liu Ngô Park Tan Vũ Yoon Zhang'),
  },
  {
    given: words(
      'Abena Adaeze Babajide Chinedu Efua Folasade Kofi Kwame Ngozi Obinna Sékou Temitope Yaw Zainab',
    ),
    family: words(
      'Adeyemi Agyeman Balogun Boateng Diallo Eze Keita Mensah Nwosu Okafor Osei Owusu Sow Traoré',
    ),
  },
  {
    given: words(
      'Achieng Bongani Desta Hiwot Jabari Lerato Makena Neema Nomvula Sipho Tendai Thandiwe Wanjiru Yonas',
    ),
    family: words(
      'Abebe Chikwanha Dlamini Haile Kamau Khumalo Mokoena Moyo Mutua Ndlovu Nkosi Odhiambo Tesfaye Wekesa',
    ),
  },
  {
    given: words('Aroha Kalani Leilani Mana Ngaio Sefa Tama Wiremu Ariel Cyrus Maya Noam Parisa Shirin'),
    family: words(
      'Fonoti Henare Kahale Latu Parata Tamihana Vaipulu Amsalem Bahrami Farahani Katz Mizrahi Rostami Shapiro',
    ),
  },
];

/** Names that need more than plain letters, with their form in an address. */
export const otherNames: readonly Name[] = [
  { full: 'Екатерина Смирнова', latin: 'ekaterina.smirnova' },
  { full: 'Николай Стоянов', latin: 'nikolay.stoyanov' },
  { full: 'Јелена Петровић', latin: 'jelena.petrovic' },
  { full: 'Олександр Шевченко', latin: 'oleksandr.shevchenko' },
  { full: 'Айгүл Сәрсенова', latin: 'aigul.sarsenova' },
  { full: 'Ελένη Νικολάου', latin: 'eleni.nikolaou' },
  { full: 'Γιώργος Αντωνίου', latin: 'giorgos.antoniou' },
  { full: 'Անի Հակոբյան', latin: 'ani.hakobyan' },
  { full: 'ნინო ბერიძე', latin: 'nino.beridze' },
  { full: 'ليلى حداد', latin: 'layla.haddad' },
  { full: 'يوسف بن علي', latin: 'youssef.benali' },
  { full: 'سارا کریمی', latin: 'sara.karimi' },
  { full: 'عائشہ خان', latin: 'ayesha.khan' },
  { full: 'נועה לוי', latin: 'noa.levi' },
  { full: 'איתן פרידמן', latin: 'eitan.friedman' },
  { full: '佐藤 健太', latin: 'kenta.sato' },
  { full: '高橋 さくら', latin: 'sakura.takahashi' },
  { full: '李 娜', latin: 'na.li' },
  { full: '陳 志豪', latin: 'chihhao.chen' },
  { full: '김민준', latin: 'minjun.kim' },
  { full: '박서연', latin: 'seoyeon.park' },
  { full: 'अर्जुन पटेल', latin: 'arjun.patel' },
  { full: 'अनुष्का जोशी', latin: 'anushka.joshi' },
  { full: 'তানভীর হোসেন', latin: 'tanvir.hossain' },
  { full: 'கார்த்திக் ரமேஷ்', latin: 'karthik.ramesh' },
  { full: 'లక్ష్మి రెడ్డి', latin: 'lakshmi.reddy' },
  { full: 'สมชาย ศรีสุข', latin: 'somchai.srisuk' },
  { full: 'ሰላም ተስፋዬ', latin: 'selam.tesfaye' },
  { full: 'Trần Đức Anh', latin: 'duc.anh.tran' },
  { full: 'Łucja Żółkiewska', latin: 'lucja.zolkiewska' },
  { full: 'Jürgen Großmann', latin: 'juergen.grossmann' },
  { full: 'Søren Kjær', latin: 'soren.kjaer' },
  { full: 'Işıl Yıldız', latin: 'isil.yildiz' },
  { full: "Niamh O'Sullivan", latin: 'niamh.osullivan' },
  { full: 'Þóra Guðmundsdóttir', latin: 'thora.gudmundsdottir' },
  { full: 'Đorđe Đukić', latin: 'djordje.djukic' },
];
