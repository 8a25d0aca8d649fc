/** Answers to the thirteen boxes of lab-network1, two of them wrong. */
export const THIRTEEN_ANSWERS = {
  c: '-4',
  a: '4',
  d: '3',
  J: '9/2',
  dJ_dd: '3',
  dd_da: '1',
  dJ_da: '2',
  da_dc: '1',
  dJ_dc: '3',
  da_db: '1.0',
  dJ_db: '3',
  dc_dw: '-2',
  dJ_dw: '6',
}

/** What they are worth. */
export const THEIR_CREDIT = 11 / 13
