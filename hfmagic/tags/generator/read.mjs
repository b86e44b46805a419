// Print what @huggingface/tasks says of every pipeline tag, as JSON. Argument: the package's folder.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const { version, module } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const tasks = await import(pathToFileURL(join(folder, module)).href);
const types = (items) => items.map((item) => item.type);

const tags = Object.keys(tasks.PIPELINE_DATA).map((name) => {
  const page = tasks.TASKS_DATA[name];
  return {
    name,
    summary: page?.summary ?? "",
    demo: page ? { takes: types(page.demo.inputs), gives: types(page.demo.outputs) } : null,
  };
});
console.log(JSON.stringify({ version, tags }));
