import { matching, pick } from './random.ts';

/** A kind of device: the prefix of its tags, and its models with the pattern of their serial numbers. */
interface Kind {
  code: string;
  models: readonly (readonly [model: string, serial: string])[];
}

const laptops: Kind = {
  code: 'LT',
  models: [
    ['MacBook Pro 14-inch M4', 'C02[A-Z0-9]{8}'],
    ['MacBook Air 13-inch M3', 'FVF[A-Z0-9]{8}'],
    ['ThinkPad T14 Gen 5', 'PF[0-9A-Z]{6}'],
    ['ThinkPad X1 Carbon Gen 12', 'PF[0-9A-Z]{6}'],
    ['Dell Latitude 7450', '[A-Z0-9]{6}4'],
  ],
};

const otherKinds: readonly Kind[] = [
  {
    code: 'MN',
    models: [
      ['Dell UltraSharp U2723QE', 'CN0[A-Z0-9]{10}'],
      ['LG 27UP850N', '40[0-9]NT[A-Z]{3}[0-9]{4}'],
    ],
  },
  {
    code: 'PH',
    models: [
      ['iPhone 16', 'F4[A-Z0-9]{8}'],
      ['Pixel 9', '4[0-9A-F]{13}'],
    ],
  },
  {
    code: 'DK',
    models: [
      ['CalDigit TS4', 'B4[0-9]{9}'],
      ['ThinkPad USB-C Dock', 'ZKW[0-9A-Z]{5}'],
    ],
  },
  { code: 'HS', models: [['Jabra Evolve2 65', '2CA[0-9A-F]{8}']] },
  { code: 'TB', models: [['iPad Air 11-inch', 'DMP[A-Z0-9]{7}']] },
  { code: 'SK', models: [['YubiKey 5C NFC', '[12][0-9]{7}']] },
];

/** Makes a device. The first device of a person is a laptop, the others are not. */
export const makeDevice = (id: number, first: boolean) => {
  const { code, models } = first ? laptops : pick(otherKinds);
  const [model, serial] = pick(models);
  return {
    id,
    tag: `${code}-${String(id).padStart(5, '0')}`,
    model,
    serial: matching(serial),
  };
};
