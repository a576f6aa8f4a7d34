import { describe, expect, it } from "@jest/globals";
import { MapRig } from "../../../../src/animation/rig/mapRig.js";
import { type IRigNode } from "../../../../src/animation/rig/restRig.js";
import { SmplxJointNames, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { QuaternionFromAxisAngle } from "../../../../src/math/quaternion.js";
import { NamingSchemes } from "../../../support/rigCorpus.js";
import { PosedRig } from "../../../support/rigPoses.js";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Removes nodes; their children hang on the next one above. */
function Without(rig: readonly IRigNode[], drop: (node: IRigNode) => boolean): IRigNode[] {
    const kept = rig.flatMap((node, i) => (drop(node) ? [] : [i]));
    return kept.map((i) => {
        let { parent } = rig[i]!;
        while (parent >= 0 && !kept.includes(parent)) {
            parent = rig[parent]!.parent;
        }
        return { ...rig[i]!, parent: kept.indexOf(parent) };
    });
}

/** Joint → name of its node. */
function Names(rig: readonly IRigNode[]): Partial<Record<SmplxJointName, string>> {
    return Object.fromEntries(Object.entries(MapRig(rig).nodes).map(([joint, node]) => [joint, rig[node]!.name]));
}

describe("MapRig by names", () => {
    it(`knows ${NamingSchemes.length} ways to name bones`, () => {
        let right = 0;
        let all = 0;
        for (const scheme of NamingSchemes) {
            const full = PosedRig({ arms: 30, heading: QuaternionFromAxisAngle([0, 1, 0], 0.4) });
            const names = SmplxJointNames.map((joint) => scheme.nameOf(joint));
            const rig = Without(
                full.map((node, j) => ({ ...node, name: names[j] ?? "?" })),
                (node) => node.name === "?",
            );
            const { nodes, template } = MapRig(rig);
            const wrong = SmplxJointNames.filter((joint, j) => {
                const expected = names[j] === null ? undefined : names[j];
                return expected !== (nodes[joint] === undefined ? undefined : rig[nodes[joint]]!.name);
            });
            right += SmplxJointNames.length - wrong.length;
            all += SmplxJointNames.length;
            if (wrong.length > 0) {
                print(
                    `  ${scheme.name} (${template}): ${wrong.map((j) => `${j} ${rig[nodes[j] ?? -1]?.name}`).join(", ")}`,
                );
            }
        }
        print(`${NamingSchemes.length} naming schemes: ${((100 * right) / all).toFixed(2)} % of the joints right`);
        expect(NamingSchemes.length).toBeGreaterThanOrEqual(30);
        expect(right / all).toBeGreaterThanOrEqual(0.99);
    });
});

describe("MapRig", () => {
    it("gives the same result for the same rig", () => {
        const rig = PosedRig();
        expect(MapRig(rig)).toEqual(MapRig(rig));
    });

    it.each([
        ["clavicle-less, neckless, toeless, fingerless", /collar|neck|_foot|(thumb|index|middle|ring|pinky)/, 3],
        ["clavicle-less, neckless, toeless, spineless", /collar|neck|_foot|spine/, 0],
    ])("takes %s bodies as they come", (_, dropped, spineCount) => {
        const rig = Without(PosedRig(), (node) => dropped.test(node.name));
        const { missing, nodes, spine, neck } = MapRig(rig);
        expect(missing).toEqual([]);
        expect(neck).toEqual([]);
        expect(spine.map((i) => rig[i]!.name)).toEqual(["spine1", "spine2", "spine3"].slice(0, spineCount));
        expect(Object.fromEntries(Object.entries(nodes).map(([joint, node]) => [joint, rig[node]!.name]))).toEqual(
            Object.fromEntries(SmplxJointNames.filter((name) => !dropped.test(name)).map((name) => [name, name])),
        );
    });

    it.each([1, 2, 3, 5, 7])("finds a spine of %d bones and two neck bones", (count) => {
        const bone = (name: string, parent: string, y: number): IRigNode & { readonly above: string } => ({
            ...{ name, above: parent, parent: -1, position: [0, y, 0], rotation: [0, 0, 0, 1] },
        });
        const spineNames = Array.from({ length: count }, (_, k) => `spine_0${k + 1}`);
        const spineBones = spineNames.map((name, k) =>
            bone(name, spineNames[k - 1] ?? "pelvis", 1 + (0.35 * (k + 1)) / (count + 1)),
        );
        const necks = [bone("neck", spineNames.at(-1)!, 1.44), bone("neck_02", "neck", 1.5)];
        const base = PosedRig();
        const body = base
            .filter(({ name }) => !/spine|neck/.test(name))
            .map((node) => {
                const above = base[node.parent]?.name ?? "";
                return {
                    ...node,
                    above: above === "spine3" ? spineNames.at(-1)! : above === "neck" ? "neck_02" : above,
                };
            });
        const all = [body[0]!, ...spineBones, ...necks, ...body.slice(1)];
        const rig = all.map((node) => ({ ...node, parent: all.findIndex(({ name }) => name === node.above) }));
        const { spine, neck, nodes, missing } = MapRig(rig);
        expect(missing).toEqual([]);
        expect(spine.map((i) => rig[i]!.name)).toEqual(spineNames);
        expect(neck.map((i) => rig[i]!.name)).toEqual(["neck", "neck_02"]);
        expect(rig[nodes.spine1!]!.name).toBe("spine_01");
        expect(rig[nodes.neck!]!.name).toBe("neck");
        expect(rig[nodes.head!]!.name).toBe("head");
    });

    it("takes a segment of several serial bones by its first and last", () => {
        const rig = PosedRig({ rename: (joint) => joint.replace("_elbow", "_forearmbend") }).flatMap((node) => [node]);
        const elbow = rig.findIndex((node) => node.name === "left_forearmbend");
        const wrist = rig.findIndex((node) => node.name === "left_wrist");
        const twist: IRigNode = {
            name: "left_forearmtwist",
            parent: elbow,
            position: [0.54, 1.37, -0.01],
            rotation: [0, 0, 0, 1],
        };
        const split = [...rig.slice(0, wrist), twist, ...rig.slice(wrist)].map((node, i) => ({
            ...node,
            parent: i === wrist + 1 ? wrist : node.parent >= wrist ? node.parent + 1 : node.parent,
        }));
        const { nodes, ends } = MapRig(split);
        expect(nodes.left_elbow).toBe(elbow);
        expect(ends).toEqual({ left_elbow: wrist });
    });

    it("leaves leaf helpers, controls and props out of it", () => {
        const rig = PosedRig();
        const elbow = rig.findIndex((node) => node.name === "left_elbow");
        const helpers = ["ik_left_wrist", "left_wrist_twist", "pole_left_knee", "left_wrist_ctrl", "weapon_left_wrist"];
        const more = helpers.map((name): IRigNode => ({ ...rig[elbow]!, name, parent: elbow }));
        const { nodes, ends } = MapRig([...rig, ...more]);
        expect(nodes).toEqual(MapRig(rig).nodes);
        expect(ends).toEqual({});
    });

    it("takes metacarpals for no fingers, by name or by place", () => {
        for (const word of ["metacarpal", "0"]) {
            const rig = PosedRig();
            const first = rig.findIndex((node) => node.name === "left_index1");
            const wrist = rig[first]!.parent;
            const metacarpal: IRigNode = { ...rig[first]!, name: `left_index_${word}`, position: [0.68, 1.37, 0.004] };
            const tip: IRigNode = {
                name: "left_index_4",
                parent: first + 3,
                position: [0.83, 1.37, 0.016],
                rotation: [0, 0, 0, 1],
            };
            const shifted = rig.map((node, i) => ({
                ...node,
                parent: i === first ? first : node.parent >= first ? node.parent + 1 : node.parent,
            }));
            const withBone = [...shifted.slice(0, first), metacarpal, ...shifted.slice(first), tip];
            const { nodes } = MapRig(withBone);
            expect(rig[wrist]!.name).toBe("left_wrist");
            expect([1, 2, 3].map((k) => withBone[nodes[`left_index${k as 1 | 2 | 3}`]!]!.name)).toEqual([
                "left_index1",
                "left_index2",
                "left_index3",
            ]);
        }
    });

    it("takes the human of two trees, and says when there are two", () => {
        const rig = PosedRig();
        const prop: IRigNode[] = Array.from({ length: 12 }, (_, k) => ({
            ...rig[0]!,
            name: `crate${k}`,
            parent: k - 1,
        }));
        const shift = (nodes: readonly IRigNode[], by: number): IRigNode[] =>
            nodes.map((node) => ({ ...node, parent: node.parent < 0 ? -1 : node.parent + by }));
        const behindProp = MapRig([...prop, ...shift(rig, prop.length)]);
        expect(behindProp.nodes.pelvis).toBe(prop.length);
        expect(behindProp.warnings).toEqual([]);
        const twins = MapRig([...rig, ...shift(rig, rig.length)]);
        expect(twins.nodes).toEqual(MapRig(rig).nodes);
        expect(twins.warnings.join()).toMatch(/2 skeletons/);
        const both = [...rig, ...shift(rig, rig.length)];
        const moving = new Set([rig.length + 1, rig.length + 2]);
        expect(MapRig(both, {}, moving).nodes.pelvis).toBe(rig.length);
        expect(MapRig(both, {}, new Set([0, 1])).nodes.pelvis).toBe(0);
    });

    it("exchanges arms whose names are on the wrong side, and says so", () => {
        const swap = { left: "right", right: "left" } as const;
        const rig = PosedRig({
            rename: (joint) =>
                /_(hip|knee|ankle|foot|eye)/.test(joint)
                    ? joint
                    : joint.replace(/left|right/, (s) => swap[s as "left"]),
        });
        const { nodes, warnings } = MapRig(rig);
        expect(nodes).toEqual(Object.fromEntries(SmplxJointNames.map((name, j) => [name, j])));
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(/arms named left are on the right side/);
    });

    it("leaves sides as they are named where feet are controls that do not hang on the legs", () => {
        const rig = PosedRig().map((node) => {
            const [, y, z] = node.position;
            const back = node.name.endsWith("_foot") ? ([node.position[0], y, -z - 0.1] as const) : node.position;
            return { ...node, position: back, parent: node.name.endsWith("_ankle") ? 0 : node.parent };
        });
        const { nodes, warnings } = MapRig(rig);
        expect(nodes).toEqual(MapRig(PosedRig()).nodes);
        expect(warnings.join()).not.toMatch(/exchanged/);
        const faceless = Without(rig, (node) => /eye|jaw|thumb/.test(node.name));
        expect(MapRig(faceless).warnings.join()).not.toMatch(/exchanged/);
    });

    it("lets nodes that are given win, and joints that are denied stay empty", () => {
        const rig = PosedRig();
        const { nodes, jointConfidence } = MapRig(rig, { head: 12, neck: 9, jaw: null, left_thumb3: null });
        expect(nodes.head).toBe(12);
        expect(nodes.jaw).toBeUndefined();
        expect(nodes.left_thumb3).toBeUndefined();
        expect(jointConfidence.head).toBe(1);
        expect(() => MapRig(rig, { head: 99 })).toThrow(expect.objectContaining({ code: "rig-unknown-node" }));
    });

    it("maps 500 nodes in a few milliseconds", () => {
        const rig = PosedRig();
        const more: IRigNode[] = Array.from({ length: 445 }, (_, k) => ({
            ...rig[15]!,
            name: `hair_${k}`,
            parent: k % 55,
        }));
        const big = [...rig, ...more];
        for (let i = 0; i < 5; i++) {
            MapRig(big);
        }
        const start = performance.now();
        for (let i = 0; i < 10; i++) {
            MapRig(big);
        }
        print(`500 nodes are mapped in ${((performance.now() - start) / 10).toFixed(2)} ms`);
        expect(Names(big)).toEqual(Names(rig));
    });
});
