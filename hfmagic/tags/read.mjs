// Print what @huggingface/tasks says of every pipeline tag, as JSON. Argument: the package's folder.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const { version, module } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const tasks = await import(pathToFileURL(join(folder, module)).href);
const types = (items) => items.map((item) => item.type);

const tags = Object.entries(tasks.PIPELINE_DATA).map(([name, { name: title, modality, hideInModels }]) => {
  const page = tasks.TASKS_DATA[name];
  return {
    name,
    title,
    modality,
    hidden: hideInModels ?? false,
    summary: page?.summary ?? "",
    demo: page ? { takes: types(page.demo.inputs), gives: types(page.demo.outputs) } : null,
    libraries: tasks.TASKS_MODEL_LIBRARIES[name] ?? [],
  };
});
console.log(JSON.stringify({ version, tags }));
