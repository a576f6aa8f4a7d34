import { describe, expect, it } from "@jest/globals";
import { CalibrateRig } from "../../../../src/animation/rig/calibrateRig.js";
import { MapRig, RequireJoints } from "../../../../src/animation/rig/mapRig.js";
import { NodeByReference, ReferenceOfNode } from "../../../../src/animation/rig/nodeReference.js";
import { type IRigNode, type RestRig } from "../../../../src/animation/rig/restRig.js";
import { RigError } from "../../../../src/animation/rig/rigError.js";
import { DescribeRig, type RigJointNames } from "../../../../src/animation/rig/rigProfile.js";
import { ParseRigProfile, SerializeRigProfile } from "../../../../src/animation/rig/rigProfileFile.js";
import { FindRestFault } from "../../../../src/animation/rig/usableRest.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { PosedRig } from "../../../support/rigPoses.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const rig = PosedRig({ arms: 40, rename: (joint) => `Hero_${joint}` });
const indexOf = (name: string): number => rig.findIndex((node) => node.name === name);

describe("DescribeRig", () => {
    it("lets the user's names win, null for a joint that no node plays", () => {
        const joints = { left_wrist: "Hero_left_middle1", jaw: null };
        const { mapping } = DescribeRig(rig, { name: "hero", joints });
        expect(mapping.nodes.left_wrist).toBe(indexOf("Hero_left_middle1"));
        expect(mapping.nodes.jaw).toBeUndefined();
        expect(mapping.nodes.right_wrist).toBe(indexOf("Hero_right_wrist"));
    });

    it("gives the same mapping and calibration again after it was stored as JSON", () => {
        const profile = DescribeRig(rig, { name: "hero", joints: { jaw: null } });
        const stored: unknown = JSON.parse(JSON.stringify(SerializeRigProfile("hero", rig, profile)));
        const { joints, name } = ParseRigProfile(stored);
        const again = DescribeRig(rig, { name, joints });
        expect(again.mapping.nodes).toEqual(profile.mapping.nodes);
        expect(again.mapping.spine).toEqual(profile.mapping.spine);
        expect(again.mapping.tips).toEqual(profile.mapping.tips);
        expect(again.calibration).toEqual(profile.calibration);
        expect(again.mapping.confidence).toBe(1);
    });

    it("survives a new export in another order", () => {
        const stored = SerializeRigProfile("hero", rig, DescribeRig(rig, { name: "hero" }));
        const helper: IRigNode = { ...rig[0]!, name: "Armature", parent: -1 };
        const moved = [helper, ...rig.map((node) => ({ ...node, parent: node.parent + 1 }))];
        const { mapping } = DescribeRig(moved, { name: "hero", joints: stored.joints });
        expect(mapping.nodes.left_knee).toBe(indexOf("Hero_left_knee") + 1);
    });

    it("tells nodes of one name apart by their path", () => {
        const twins = rig.map((node) => ({ ...node, name: node.name.replace(/(left|right)_(hip|knee)/, "$2") }));
        const wanted = {
            left_hip: "hip",
            left_knee: "hip/knee",
        };
        const describe = (): unknown => DescribeRig(twins, { name: "hero", joints: { left_hip: "Hero_hip" } });
        expect(describe).toThrow(expect.objectContaining({ code: "rig-ambiguous-node" }));
        expect(wanted.left_knee).toContain(wanted.left_hip);
        const { joints } = SerializeRigProfile("hero", twins, { mapping: MapRig(rig) });
        expect(joints.left_knee).not.toBe(joints.right_knee);
        expect(DescribeRig(twins, { name: "hero", joints }).mapping.nodes).toEqual(MapRig(rig).nodes);
    });

    it("finds every node again by its reference, however names repeat, and lists no more than five", () => {
        const node = (name: string, parent: number): IRigNode => ({ ...rig[0]!, name, parent });
        const chain = Array.from({ length: 60 }, (_, i) => node("Hips", i - 1));
        const twins = [
            node("A", -1),
            node("Hand", 0),
            node("B", -1),
            node("Hand", 2),
            node("Hand", 2),
            node("A/Hand", 2),
        ];
        for (const nodes of [chain, twins]) {
            nodes.forEach((_, i) => expect(NodeByReference(nodes, ReferenceOfNode(nodes, i), "hero")).toBe(i));
        }
        expect(ReferenceOfNode(twins, 1)).toBe("A/Hand#1");
        expect(ReferenceOfNode(twins, 3)).toBe("B/Hand#1");
        let reads = 0;
        const counted = Array.from({ length: 2000 }, (_, i): IRigNode => ({
            ...node("", i - 1),
            get name() {
                reads++;
                return "Hips";
            },
        }));
        const find = (): unknown => NodeByReference(counted, "Hips", "hero");
        expect(find).toThrow(/has 2000 nodes "Hips".* …\.$/);
        expect(find).toThrow(/^.{0,1000}$/);
        expect(reads / counted.length).toBeLessThan(1000);
    });

    it.each([
        ["a node that is not there", { left_wrist: "Hand_L" }, "rig-unknown-node", /no node "Hand_L"/],
        ["another spelling", { left_wrist: "hero_left_wrist" }, "rig-unknown-node", /Did you mean "Hero_left_wrist"/],
        [
            "a joint that is none",
            { left_hand: "Hero_left_wrist" },
            "rig-unknown-joint",
            /"left_hand", which is no SMPL-X/,
        ],
        ["a required joint denied", { head: null }, "rig-joints-missing", /head/],
    ])("refuses %s", (_, joints, code, message) => {
        const describe = (): unknown => DescribeRig(rig, { name: "hero", joints: joints as RigJointNames });
        expect(describe).toThrow(message);
        expect(describe).toThrow(expect.objectContaining({ code }));
    });

    it("warns of a rest pose that nobody rests in", () => {
        const stretched = rig.map((node, i): IRigNode => ({
            ...node,
            position: [i * 0.1, 0, 0],
            rotation: [0, 0, 0, 1],
        }));
        const { mapping } = DescribeRig(stretched, { name: "hero" });
        expect(mapping.warnings.join()).toMatch(/near no T- or A-pose/);
    });
});

describe("FindRestFault", () => {
    const { nodes } = MapRig(rig);
    const moved = (joint: string, to: string): RestRig => {
        const { position } = rig[indexOf(`Hero_${to}`)]!;
        return rig.map((node) => (node.name === `Hero_${joint}` ? { ...node, position } : node));
    };

    it("finds none where a bone has no length: nobody knows where it points", () => {
        expect(FindRestFault(rig, nodes)).toBeNull();
        expect(FindRestFault(moved("left_wrist", "left_elbow"), nodes)).toBeNull();
        expect(FindRestFault(moved("left_elbow", "left_shoulder"), nodes)).toBeNull();
        expect(FindRestFault(moved("left_ankle", "left_knee"), nodes)).toBeNull();
        const point = rig.map((node): IRigNode => ({ ...node, position: [1, 1, 1] }));
        expect(FindRestFault(point, nodes)).toBeNull();
    });

    it("finds what nobody rests in", () => {
        expect(FindRestFault(moved("left_elbow", "head"), nodes)).toBe("the left arm is raised");
        expect(FindRestFault(moved("right_ankle", "right_hip"), nodes)).toBe("the right knee is bent");
    });
});

describe("ParseRigProfile", () => {
    const good = SerializeRigProfile("hero", rig, DescribeRig(rig, { name: "hero" }));

    it.each([
        ["nothing", null],
        ["a list", []],
        ["another format", { ...good, format: "vrm" }],
        ["a later version", { ...good, version: 2 }],
        ["indices for names", { ...good, joints: { head: 15 } }],
        ["an empty name", { ...good, joints: { head: "" } }],
        ["an unknown joint", { ...good, joints: { tail: "Tail" } }],
        ["an endless name", { ...good, joints: { head: "x".repeat(5000) } }],
        ["no joints", { ...good, joints: undefined }],
        [
            "a poisoned prototype",
            JSON.parse('{"format":"gaussian-avatar-rig","version":1,"name":"x","joints":{"__proto__":1}}'),
        ],
    ])("refuses %s or takes nothing of it", (_, json: unknown) => {
        let parsed: unknown;
        try {
            parsed = ParseRigProfile(json).joints;
        } catch (error) {
            expect(error).toBeInstanceOf(RigError);
            expect((error as RigError).code).toBe("rig-invalid-profile");
            return;
        }
        expect(parsed).toEqual({});
    });
});

describe("a rig that is broken", () => {
    const withNode = (i: number, change: Partial<IRigNode>): RestRig =>
        rig.map((node, k) => (k === i ? { ...node, ...change } : node));

    it.each([
        ["a cycle", withNode(0, { parent: 15 }), "rig-cyclic", /its own ancestor/],
        ["a node that is its own parent", withNode(3, { parent: 3 }), "rig-cyclic", /Hero_spine1/],
        ["a parent that is not there", withNode(3, { parent: 77 }), "rig-invalid-parent", /parent 77/],
        ["a parent that is no number", withNode(3, { parent: Number.NaN }), "rig-invalid-parent", /parent NaN/],
        [
            "children before parents",
            [...rig].reverse().map((node) => ({ ...node, parent: node.parent < 0 ? -1 : 54 - node.parent })),
            "rig-invalid-parent",
            /before its parent/,
        ],
    ])("is refused for %s", (_, broken: RestRig, code, message) => {
        expect(() => MapRig(broken)).toThrow(message);
        expect(() => MapRig(broken)).toThrow(expect.objectContaining({ code }));
    });

    it("is refused when it is no humanoid, with what is missing and what was found", () => {
        const words = [
            "root",
            "body",
            "wheel.FL",
            "wheel.FR",
            "wheel.BL",
            "wheel.BR",
            "door.L",
            "door.R",
            "seat",
            "head",
        ];
        const car = words.map((name, i): IRigNode => ({ ...rig[i]!, name, parent: Math.min(i - 1, 1) }));
        const require = (): void => RequireJoints(MapRig(car), "car");
        expect(require).toThrow(/"car" does not look like a humanoid: 2 of 14 required joints.*left_hip/);
        expect(require).toThrow(expect.objectContaining({ code: "rig-joints-missing" }));
        expect(MapRig([]).missing).toHaveLength(14);
    });

    it("names the one joint that is missing", () => {
        const handless = rig.map((node, i) => (i === indexOf("Hero_left_wrist") ? { ...node, name: "stump" } : node));
        const { nodes } = MapRig(handless);
        // The hand is told by its place, fingers and all.
        expect(nodes.left_wrist).toBe(indexOf("Hero_left_wrist"));
        expect(() => DescribeRig(handless, { name: "hero", joints: { left_wrist: null } })).toThrow(
            /joints left_wrist \(/,
        );
    });

    it.each([
        ["a position that is no number", { position: [Number.NaN, 0, 0] as const }],
        ["a rotation of zero", { rotation: [0, 0, 0, 0] as const }],
        ["a rotation that is no number", { rotation: [0, Number.NaN, 0, 1] as const }],
    ])("does without a node with %s, and says so", (_, change) => {
        const { nodes, warnings } = MapRig(withNode(indexOf("Hero_jaw"), change));
        expect(nodes.jaw).toBeUndefined();
        expect(warnings.join()).toMatch(/"Hero_jaw" is the first/);
        expect(() => DescribeRig(withNode(indexOf("Hero_left_knee"), change), { name: "hero" })).toThrow(
            expect.objectContaining({ code: "rig-joints-missing" }),
        );
    });

    it("keeps its calibration finite whatever bones have no length", () => {
        const random = SeededRandom(3);
        for (let round = 0; round < 30; round++) {
            const collapsed = rig.map((node): IRigNode => {
                const gone = random() < (round % 10) / 10;
                const to: readonly number[] = rig[node.parent]?.position ?? [0, 0, 0];
                return { ...node, position: gone ? (to as IRigNode["position"]) : node.position };
            });
            const mapping = MapRig(collapsed);
            expect(mapping.missing).toEqual([]);
            const { heading, corrections } = CalibrateRig(collapsed, mapping);
            for (const q of [heading, ...corrections]) {
                // Products of unit quaternions, f64.
                expect(Math.abs(Math.hypot(...q) - 1)).toBeLessThan(1e-9);
            }
        }
    });

    it("is mapped or refused, never half of it, whatever is wrong with it", () => {
        const random = SeededRandom(11);
        const numbers = [Number.NaN, Infinity, 0, 1e300, -1e-300, 1];
        const pick = (): number => numbers[Math.floor(random() * numbers.length)]!;
        for (let round = 0; round < 80; round++) {
            const hostile = rig.map((node): IRigNode => {
                const harm = random() < 0.05;
                return {
                    name: random() < 0.1 ? ["", "Bone", "left", "🦴", "L"][Math.floor(random() * 5)]! : node.name,
                    parent: random() < 0.002 ? Math.floor(random() * 60) - 2 : node.parent,
                    position: harm ? [pick(), pick(), pick()] : node.position,
                    rotation: harm ? [pick(), pick(), pick(), pick()] : node.rotation,
                };
            });
            try {
                const { mapping, calibration } = DescribeRig(hostile, { name: "hostile" });
                const used = Object.values(mapping.nodes);
                expect(new Set(used).size).toBe(used.length);
                expect(calibration.corrections).toHaveLength(SmplxJointNames.length);
                expect(calibration.corrections.flat().every(Number.isFinite)).toBe(true);
            } catch (error) {
                expect(error).toBeInstanceOf(RigError);
            }
        }
    });
});
