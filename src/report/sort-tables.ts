/**
 * A script that lets the tables in an element of class `sortable` be sorted by a click on a heading: numbers, the
 * largest first, or words. Without it the page shows the same tables.
 */
export const sortTables = `
for (const table of document.querySelectorAll(".sortable table")) {
  const body = table.tBodies[0];
  const value = (row, column) => row.cells[column].textContent.trim();
  const number = (text) => (/^[0-9]/.test(text) ? parseFloat(text.replaceAll(",", "")) : -1);
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const words = head.classList.contains("text") || column === 0;
      const up = head.ariaSort ? head.ariaSort === "descending" : words;
      for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
      head.ariaSort = up ? "ascending" : "descending";
      const compare = words
        ? (a, b) => value(a, column).localeCompare(value(b, column))
        : (a, b) => number(value(a, column)) - number(value(b, column));
      body.append(...[...body.rows].sort((a, b) => (up ? compare(a, b) : compare(b, a))));
    });
  });
}
`;
