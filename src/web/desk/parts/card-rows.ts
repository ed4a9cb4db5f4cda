/**
 * Tables on a narrow screen: each row is a card there (desk.css), so each cell is told the name of its column, and the roles of a table
 * that browsers forget when it is laid out otherwise. For every `.table` that comes to stand on the page, but those with a layout of
 * their own.
 */
const OWN_LAYOUT = '.faults .table, .sheet-table';
const ROLES: Readonly<Record<string, string>> = {
  THEAD: 'rowgroup',
  TBODY: 'rowgroup',
  TFOOT: 'rowgroup',
  TR: 'row',
  TD: 'cell',
};

/** Tables below that element are told now and whenever something changes there. @returns ends it */
export function keepCardRows(root: HTMLElement): () => void {
  const tellAll = (): void => root.querySelectorAll<HTMLTableElement>('table.table').forEach(tell);
  const observer = new MutationObserver(tellAll);
  observer.observe(root, { childList: true, subtree: true });
  tellAll();
  return () => observer.disconnect();
}

function tell(table: HTMLTableElement): void {
  if (table.matches(OWN_LAYOUT)) return;
  const columns = [...(table.tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent.trim());
  table.classList.add('in-cards');
  table.setAttribute('role', 'table');
  table.querySelectorAll('thead, tbody, tfoot, tr, td').forEach(each => {
    const role = ROLES[each.tagName];
    if (role !== undefined) each.setAttribute('role', role);
  });
  table.querySelectorAll('th').forEach(each => {
    each.setAttribute('role', each.scope === 'row' ? 'rowheader' : 'columnheader');
  });
  for (const row of [...table.tBodies, ...(table.tFoot ? [table.tFoot] : [])].flatMap(({ rows }) => [
    ...rows,
  ]))
    for (const [place, name] of placesOf(row))
      row.cells[place]?.setAttribute('data-column', columns[name] ?? '');
}

/** Each cell of one column with the place of that column; a cell across several has no name. */
function placesOf(row: HTMLTableRowElement): readonly (readonly [cell: number, column: number])[] {
  let column = 0;
  return [...row.cells].flatMap((cell, place) => {
    const at = column;
    column += cell.colSpan;
    return cell.colSpan === 1 ? [[place, at] as const] : [];
  });
}
