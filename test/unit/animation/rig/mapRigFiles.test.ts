import { describe, expect, it } from "@jest/globals";
import { existsSync } from "node:fs";
import { MapRig } from "../../../../src/animation/rig/mapRig.js";
import { RequiredJoints } from "../../../../src/animation/rig/matchNames.js";
import { type IRigNode, type RestRig } from "../../../../src/animation/rig/restRig.js";
import { type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { ExpectedNames, RigExpectations } from "../../../support/rigExpectations.js";
import { ReadRigFile } from "../../../support/rigFiles.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const Data = "../shared/data";
const hasData = existsSync(Data);
if (!hasData && process.env.CI) {
    throw new Error(`The rigs of ${Data} are missing; CI must have them.`);
}
const describeData = hasData ? describe : describe.skip;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** The same rig with meaningless names, its nodes in another order that keeps parents first. */
function Scramble(rig: RestRig, random: () => number): { rig: IRigNode[]; originals: number[] } {
    const open = rig.flatMap((node, i) => (node.parent < 0 ? [i] : []));
    const originals: number[] = [];
    while (open.length > 0) {
        const [next] = open.splice(Math.floor(random() * open.length), 1);
        originals.push(next!);
        open.push(...rig.flatMap((node, i) => (node.parent === next ? [i] : [])));
    }
    const scrambled = originals.map((i, k) => ({
        ...rig[i]!,
        name: rig[i]!.name === "" ? "" : `bone_${k}`,
        parent: originals.indexOf(rig[i]!.parent),
    }));
    return { rig: scrambled, originals };
}

describeData("mapping the rigs of real files (needs ../shared/data)", () => {
    const files = new Map<string, RestRig>(
        hasData ? RigExpectations.map(({ file }) => [file, ReadRigFile(`${Data}/${file}`)]) : [],
    );

    /** Node of a rig by the name it has in the file; the first of several. */
    const nodeOf = (rig: RestRig, name: string): number => {
        const node = rig.findIndex((n) => n.name === name);
        if (node < 0) {
            throw new Error(`The expectation names "${name}", which the file does not have.`);
        }
        return node;
    };

    it("finds at least 99 % of all joints that a person would, by name alone, and swaps no side", () => {
        let right = 0;
        let all = 0;
        let swaps = 0;
        for (const expectation of RigExpectations) {
            const rig = files.get(expectation.file)!;
            const { nodes } = MapRig(rig);
            for (const [joint, name] of ExpectedNames(expectation)) {
                const expected = nodeOf(rig, name);
                all++;
                right += nodes[joint] === expected ? 1 : 0;
                swaps += nodes[Twin(joint)] === expected && Twin(joint) !== joint ? 1 : 0;
                if (nodes[joint] !== expected) {
                    print(`  ${expectation.file}: ${joint} is ${name}, found ${rig[nodes[joint] ?? -1]?.name}`);
                }
            }
        }
        print(`named rigs: ${right} of ${all} joints (${percent(right, all)}), ${swaps} side swaps`);
        expect(right / all).toBeGreaterThanOrEqual(0.99);
        expect(swaps).toBe(0);
    });

    it("finds at least 90 % of the required joints without any name, and swaps no side", () => {
        const random = SeededRandom(17);
        let right = 0;
        let all = 0;
        let swaps = 0;
        for (const expectation of RigExpectations) {
            const file = files.get(expectation.file)!;
            const { rig, originals } = Scramble(file, random);
            const { nodes, template } = MapRig(rig);
            const wrong: string[] = [];
            for (const [joint, name] of ExpectedNames(expectation)) {
                if (!RequiredJoints.includes(joint)) {
                    continue;
                }
                const expected = originals.indexOf(nodeOf(file, name));
                all++;
                right += nodes[joint] === expected ? 1 : 0;
                swaps += nodes[Twin(joint)] === expected && Twin(joint) !== joint ? 1 : 0;
                if (nodes[joint] !== expected) {
                    wrong.push(`${joint}: ${name} ≠ ${file[originals[nodes[joint] ?? -1]!]?.name}`);
                }
            }
            if (wrong.length > 0) {
                print(`  ${expectation.file} (${template}): ${wrong.join(", ")}`);
            }
        }
        print(`scrambled names: ${right} of ${all} required joints (${percent(right, all)}), ${swaps} side swaps`);
        expect(right / all).toBeGreaterThanOrEqual(0.9);
        expect(swaps).toBe(0);
    });
});

/** The same joint on the other side. */
function Twin(joint: SmplxJointName): SmplxJointName {
    const swap: Readonly<Record<string, string>> = { left_: "right_", right_: "left_" };
    return joint.replace(/^(left_|right_)/, (side) => swap[side]!) as SmplxJointName;
}
