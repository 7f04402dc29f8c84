import { Api, ApiError, type Charge, type Model, type ModelVersion } from "./api";
import { duration, isLive, money, stateWord } from "./words";

const KEY = "deeptrain-key";
const REFRESH_MILLIS = 2000;

interface Row {
  app: string;
  model: Model;
  version: ModelVersion;
  charge: Charge | undefined;
}

const main = required("main");
const running = required("running");
const forget = required("forget") as HTMLButtonElement;

forget.addEventListener("click", () => {
  sessionStorage.removeItem(KEY);
  showKeyForm();
});

const stored = sessionStorage.getItem(KEY);
if (stored) void watch(new Api(stored));
else showKeyForm();

function showKeyForm(problem?: string): void {
  forget.hidden = true;
  running.textContent = "";
  const form = element("form");
  const label = element("label", "API key (./deeptrain key prints it)");
  const input = element("input");
  input.type = "password";
  input.id = "key";
  input.required = true;
  input.autocomplete = "off";
  label.htmlFor = input.id;
  const button = element("button", "Show my trainings");
  form.append(label, input, button);
  if (problem) {
    const alert = element("p", problem);
    alert.setAttribute("role", "alert");
    form.append(alert);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, input.value.trim());
    void watch(new Api(input.value.trim()));
  });
  main.replaceChildren(form);
}

/** Reads everything again and again, for as long as the key is known. */
async function watch(api: Api): Promise<void> {
  forget.hidden = false;
  main.replaceChildren(element("p", "Loading …"));
  while (sessionStorage.getItem(KEY)) {
    try {
      show(await load(api));
    } catch (error) {
      if (error instanceof ApiError && error.httpStatus === 401) {
        sessionStorage.removeItem(KEY);
        showKeyForm(`The service does not know this key. ${error.message}`);
        return;
      }
      running.textContent = `The service does not answer (${String(error)}); trying again.`;
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MILLIS));
  }
}

async function load(api: Api): Promise<Row[]> {
  const rows: Row[] = [];
  for (const app of await api.apps()) {
    for (const model of await api.models(app.id)) {
      for (const version of await api.versions(app.id, model.id)) {
        if (version.status?.code === 21102) continue;
        rows.push({ app: app.id, model, version, charge: await api.charge(app.id, model.id, version.id) });
      }
    }
  }
  return rows.sort((a, b) => (b.version.created_at ?? "").localeCompare(a.version.created_at ?? ""));
}

function show(rows: Row[]): void {
  const live = rows.filter((row) => isLive(row.version.status)).length;
  running.textContent = `${live} running or queued`;
  if (rows.length === 0) {
    main.replaceChildren(element("p", "Nothing was trained yet. ./deeptrain demo trains a first model."));
    return;
  }
  const table = element("table");
  const caption = element("caption", "Model versions, newest first");
  const head = element("tr");
  for (const title of ["App", "Model", "Version", "State", "Progress", "Cost"]) {
    const cell = element("th", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody");
  body.append(...rows.map(rowOf));
  const header = element("thead");
  header.append(head);
  table.append(caption, header, body);
  main.replaceChildren(table);
}

function rowOf({ app, model, version, charge }: Row): HTMLTableRowElement {
  const row = element("tr");
  const status = version.status;
  const state = element("td", stateWord(status));
  state.dataset.state = String(status?.code ?? "");
  if (status?.details) state.append(element("small", status.details));
  row.append(element("td", app), element("td", model.id), element("td", version.id.slice(0, 12)), state);
  row.append(progressOf(version), costOf(charge));
  return row;
}

function progressOf(version: ModelVersion): HTMLTableCellElement {
  const cell = element("td");
  if (version.status?.code !== 21101) return cell;
  const bar = element("progress");
  bar.max = 100;
  bar.value = version.status.percent_completed ?? 0;
  bar.setAttribute("aria-label", `Progress of version ${version.id}`);
  cell.append(bar, element("small", `${bar.value} %`));
  const left = version.status.time_remaining;
  if (left) cell.append(element("small", `${duration(left)} left`));
  return cell;
}

function costOf(charge: Charge | undefined): HTMLTableCellElement {
  const cell = element("td", money(charge));
  if (charge) cell.append(element("small", `${duration(charge.billed_seconds)} billed`));
  return cell;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text?: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return made;
}

function required(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}
