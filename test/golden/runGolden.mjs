/**
 * `npm run test:golden -- --fixtures DIR`: every golden comparison against the fixtures of a folder, and one table of what
 * was found. DIR is `../shared/fixtures` unless said otherwise.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Files with something to compare; a fixture is all files of one stem. Listings of keys are no fixtures. */
const DataExtensions = [".bin", ".pt", ".npz", ".exr"];

const repository = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({ options: { fixtures: { type: "string" } } });
// npm changes to the repository before it runs a script; a path is meant from where it was typed.
const typedIn = process.env.INIT_CWD ?? process.cwd();
const folder = values.fixtures ? resolve(typedIn, values.fixtures) : join(repository, "..", "shared", "fixtures");
if (!existsSync(folder)) {
    console.error(`${folder} does not exist; name the folder of the golden fixtures with --fixtures.`);
    process.exit(1);
}

const temporary = mkdtempSync(join(tmpdir(), "golden-"));
const record = join(temporary, "comparisons.jsonl");
writeFileSync(record, "");
const jest = fileURLToPath(import.meta.resolve("jest/bin/jest"));
const run = spawnSync(
    process.execPath,
    [
        "--experimental-vm-modules",
        "--no-warnings",
        jest,
        "--findRelatedTests",
        join(repository, "test", "support", "goldenFixture.ts"),
    ],
    { cwd: repository, stdio: "inherit", env: { ...process.env, GOLDEN_FIXTURES: folder, GOLDEN_RECORD: record } },
);
const comparisons = readFileSync(record, "utf8").split("\n").filter(Boolean).map(ReadComparison);
rmSync(temporary, { recursive: true });

const stems = new Set(
    readdirSync(folder)
        .filter((name) => DataExtensions.includes(parse(name).ext))
        .map((name) => parse(name).name),
);
const rows = [...stems].sort().map((fixture) => RowOf(fixture, comparisons));
PrintTable([["fixture", "compared", "worst of them", "largest error", "tolerance", "pass"], ...rows]);
const failed = comparisons.filter((comparison) => !comparison.passes).length;
console.log(
    `${comparisons.length} comparisons, ${failed} beyond their tolerance; ` +
        `${rows.filter((row) => row[1] === "–").length} of ${rows.length} fixtures not compared`,
);
process.exitCode = run.status === 0 && failed === 0 ? 0 : 1;

function ReadComparison(line) {
    const { fixture, quantity, error, tolerance } = JSON.parse(line);
    const found = Number(error);
    const ratio = tolerance === 0 ? (found === 0 ? 0 : Infinity) : found / tolerance;
    return { fixture, quantity, error: found, tolerance, ratio, passes: found <= tolerance };
}

/** The comparison of a fixture that comes nearest to its tolerance, or goes farthest beyond it. */
function RowOf(fixture, all) {
    const own = all.filter((comparison) => comparison.fixture === fixture);
    if (own.length === 0) {
        return [fixture, "–", "not compared", "", "", ""];
    }
    const worst = own.reduce((one, other) => (!one.passes || one.ratio >= other.ratio ? one : other));
    return [
        fixture,
        String(own.length),
        worst.quantity,
        worst.error.toExponential(2),
        worst.tolerance.toExponential(2),
        own.every((comparison) => comparison.passes) ? "yes" : "NO",
    ];
}

function PrintTable(lines) {
    const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
    for (const line of lines) {
        console.log(line.map((cell, column) => cell.padEnd(widths[column])).join("  "));
    }
}
