/** A department: its share of every 119 people, and its job titles. */
export interface Department {
  name: string;
  share: number;
  head: string;
  lead: string;
  titles: readonly string[];
}

/** The eight departments. The 120th person of a demo is the CEO. */
export const departments: readonly Department[] = [
  {
    name: 'Engineering',
    share: 32,
    head: 'VP Engineering',
    lead: 'Engineering Manager',
    titles: ['Software Engineer', 'Senior Software Engineer', 'Robotics Engineer', 'QA Engineer', 'SRE'],
  },
  {
    name: 'Product',
    share: 12,
    head: 'Head of Product',
    lead: 'Group Product Manager',
    titles: ['Product Manager', 'Product Analyst', 'User Researcher'],
  },
  {
    name: 'Design',
    share: 9,
    head: 'Head of Design',
    lead: 'Design Lead',
    titles: ['Product Designer', 'Industrial Designer', 'Content Designer'],
  },
  {
    name: 'Sales',
    share: 22,
    head: 'VP Sales',
    lead: 'Regional Sales Manager',
    titles: ['Account Executive', 'Sales Engineer', 'Customer Success Manager', 'Sales Development Rep'],
  },
  {
    name: 'Marketing',
    share: 12,
    head: 'Head of Marketing',
    lead: 'Marketing Manager',
    titles: ['Campaign Specialist', 'Copywriter', 'Events Coordinator'],
  },
  {
    name: 'Finance',
    share: 10,
    head: 'CFO',
    lead: 'Accounting Manager',
    titles: ['Accountant', 'Controller', 'Payroll Specialist'],
  },
  {
    name: 'People',
    share: 8,
    head: 'Head of People',
    lead: 'People Partner Lead',
    titles: ['People Partner', 'Recruiter', 'Office Manager'],
  },
  {
    name: 'IT',
    share: 14,
    head: 'Head of IT',
    lead: 'IT Operations Manager',
    titles: ['IT Support Specialist', 'Systems Administrator', 'Security Analyst'],
  },
];

/** An office and the time zone of its people; null means the workspace's zone. */
export interface Office {
  city: string;
  timeZone: string | null;
}

export const offices: readonly Office[] = [
  { city: 'Lisbon', timeZone: null },
  { city: 'Berlin', timeZone: 'Europe/Berlin' },
  { city: 'Toronto', timeZone: 'America/Toronto' },
  { city: 'Bengaluru', timeZone: 'Asia/Kolkata' },
  { city: 'Tokyo', timeZone: 'Asia/Tokyo' },
];
