/** The headings of options in help, by what they are for, in the order in which help has them. */
export const groups = {
  message: 'Message:',
  input: 'Recipients and input:',
  sending: 'Sending:',
  safety: 'Safety and limits:',
  delivery: 'Delivery:',
  rarely: 'More of Twilio:',
  everywhere: 'Everywhere:',
} as const;
