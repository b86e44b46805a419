// Calls of the official JavaScript client against the Hub at argv[2], with a cache folder in argv[3].
// The last line printed is {call: result} as JSON (snapshotDownload prints before); test_hubserver_npm.py reads it.
import {
  checkRepoAccess,
  countCommits,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  parseSafetensorsMetadata,
  pathsInfo,
  repoExists,
  snapshotDownload,
  whoAmI,
} from "@huggingface/hub";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const [hubUrl, cacheDir] = process.argv.slice(2);
const accessToken = "hf_reader";
const name = "acme/tiny-sentiment";
const repo = { type: "model", name };

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

async function sha256(blob) {
  return createHash("sha256").update(Buffer.from(await blob.arrayBuffer())).digest("hex");
}

const calls = {
  listModels: async () => (await all(listModels({ hubUrl, sort: "downloads" }))).map((m) => m.name),
  listModelsByTask: async () =>
    (await all(listModels({ hubUrl, search: { task: "summarization", owner: "acme" }, additionalFields: ["tags"] })))
      .map((m) => [m.name, m.task, m.tags.includes("license:apache-2.0")]),
  listModelsByTags: async () =>
    (await all(listModels({ hubUrl, search: { query: "tiny", tags: ["en", "license:mit"] } }))).map((m) => m.name).sort(),
  modelInfo: async () => modelInfo({ hubUrl, name, additionalFields: ["sha", "safetensors", "library_name", "filePaths"] }),
  listFiles: async () => (await all(listFiles({ hubUrl, repo, recursive: true }))).map((f) => f.path),
  pathsInfo: async () => pathsInfo({ hubUrl, repo, paths: ["config.json", "model.safetensors", "nothing"], expand: true }),
  fileExists: async () => [
    await fileExists({ hubUrl, repo, path: "config.json" }),
    await fileExists({ hubUrl, repo, path: "nothing" }),
  ],
  repoExists: async () => [
    await repoExists({ hubUrl, repo }),
    await repoExists({ hubUrl, repo: { type: "model", name: "acme/none" }, accessToken }),
  ],
  fileDownloadInfo: async () => fileDownloadInfo({ hubUrl, repo, path: "model.safetensors" }),
  downloadSmall: async () => sha256(await downloadFile({ hubUrl, repo, path: "config.json" })),
  downloadLarge: async () => sha256(await downloadFile({ hubUrl, repo, path: "model.safetensors" })),
  downloadPart: async () => sha256((await downloadFile({ hubUrl, repo, path: "model.safetensors" })).slice(100, 200)),
  downloadPointer: async () => (await downloadFile({ hubUrl, repo, path: "model.safetensors", raw: true })).text(),
  downloadMissing: async () => downloadFile({ hubUrl, repo, path: "nothing" }),
  snapshot: async () => {
    const folder = await snapshotDownload({ hubUrl, repo, cacheDir });
    return createHash("sha256").update(await readFile(`${folder}/model.safetensors`)).digest("hex");
  },
  listCommits: async () => all(listCommits({ hubUrl, repo, batchSize: 1 })),
  countCommits: async () => countCommits({ hubUrl, repo }),
  safetensors: async () =>
    parseSafetensorsMetadata({ hubUrl, repo, computeParametersCount: true }).then((m) => [m.sharded, m.parameterCount]),
  safetensorsSharded: async () =>
    parseSafetensorsMetadata({ hubUrl, repo: { type: "model", name: "acme/tiny-sharded" }, computeParametersCount: true })
      .then((m) => [m.sharded, m.parameterCount, Object.keys(m.headers).length]),
  whoAmI: async () => (await whoAmI({ hubUrl, accessToken })).name,
  gatedFile: async () => fileDownloadInfo({ hubUrl, repo: { type: "model", name: "acme/tiny-gated" }, path: "config.json" }),
  gatedFileWithToken: async () =>
    (await fileDownloadInfo({ hubUrl, repo: { type: "model", name: "acme/tiny-gated" }, path: "config.json", accessToken })).size,
  access: async () => checkRepoAccess({ hubUrl, repo }).then(() => "granted"),
  missingRepo: async () => modelInfo({ hubUrl, name: "acme/none" }),
  missingRevision: async () => modelInfo({ hubUrl, name, revision: "nope" }),
};

const said = {};
for (const [call, run] of Object.entries(calls)) {
  try {
    said[call] = (await run()) ?? null;
  } catch (error) {
    said[call] = { error: error.constructor.name, status: error.statusCode ?? null, message: error.message };
  }
}
console.log(JSON.stringify(said));
