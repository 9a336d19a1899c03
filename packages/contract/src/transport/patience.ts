/** What of the time that a call takes anyway its request may wait for company, and again its reply. */
export const PATIENT_SHARE: number = 1 / 20;
