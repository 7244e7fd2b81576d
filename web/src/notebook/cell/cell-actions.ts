import type { CellType } from '../model/notebook.js';

/** What the user can do with cells. All act on the cell with an id. */
export interface CellActions {
  select(id: string, mode: 'command' | 'edit'): void;
  write(id: string, source: string): void;
  run(id: string, then: 'stay' | 'next' | 'insert'): void;
  add(id: string, where: 'above' | 'below', type?: CellType): void;
  remove(id: string): void;
  move(id: string, steps: number): void;
  changeType(id: string, type: CellType): void;
}
