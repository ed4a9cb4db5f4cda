/** The pages' few signs, as paths in a square of 24; each always stands beside its word. */
export const ICONS = {
  done: 'M4 12.5l5.5 5.5L20 7',
  wait: 'M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  warn: 'M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3',
  stop: 'M6 6l12 12M18 6L6 18',
  pen: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  next: 'M9 5l7 7-7 7',
  paper: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
} as const;
export type IconName = keyof typeof ICONS;
