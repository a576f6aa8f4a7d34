import { describe, expect, it } from "@jest/globals";
import { MapRig } from "../../../../src/animation/rig/mapRig.js";
import { type IRigNode, type RestRig } from "../../../../src/animation/rig/restRig.js";
import { type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { type Vector3Tuple } from "../../../../src/math/vector3.js";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const Upright: QuaternionTuple = [0, 0, 0, 1];

/** Reads of positions and parents that a node may cost, whatever rig it is in. */
const MostReads = 500;

/** A rig that counts how often it is looked at. */
function Counted(rig: RestRig): { rig: RestRig; reads: () => number } {
    let reads = 0;
    const counted = rig.map(({ name, parent, position, rotation }): IRigNode => ({
        name,
        rotation,
        get parent() {
            reads++;
            return parent;
        },
        get position() {
            reads++;
            return position;
        },
    }));
    return { rig: counted, reads: () => reads };
}

/** A column of hubs, with as many limbs of `bones` bones around each. */
function Hubs(hubs: number, limbs: number, bones: number, nameOf: (i: number) => string): RestRig {
    const rig: IRigNode[] = [];
    const add = (parent: number, position: Vector3Tuple): number =>
        rig.push({ name: nameOf(rig.length), parent, position, rotation: Upright }) - 1;
    let hub = -1;
    for (let h = 0; h < hubs; h++) {
        hub = add(hub, [0, h * 10, 0]);
        for (let l = 0; l < limbs; l++) {
            const x = (l % 2 ? 1 : -1) * (1 + l * 0.001);
            let last = add(hub, [x, h * 10, 0]);
            for (let b = 1; b < bones; b++) {
                last = add(last, [x, h * 10 - b * 5, 0]);
            }
        }
    }
    return rig;
}

describe("MapRig on rigs that nobody made by hand", () => {
    const nameless = (i: number): string => `n${i}`;
    const rigs: readonly (readonly [string, RestRig])[] = [
        ["2 hubs with 330 limbs each", Hubs(2, 330, 3, nameless)],
        ["20 hubs with 33 limbs each", Hubs(20, 33, 3, nameless)],
        ["300 hubs with 2 limbs each", Hubs(300, 2, 3, nameless)],
        ["2 hubs with 5 limbs of 200 bones each", Hubs(2, 5, 200, nameless)],
        ["one chain", Hubs(1, 1, 2000, nameless)],
        ["hubs of bones all called Hips", Hubs(20, 33, 3, () => "Hips")],
        ["hubs of bones called like arms", Hubs(20, 33, 3, (i) => ["Hips", "LeftArm", "LeftForeArm"][i % 3]!)],
    ];

    it.each(rigs)("takes work in proportion to the number of nodes: %s", (title, hostile) => {
        const { rig, reads } = Counted(hostile);
        const { confidence } = MapRig(rig);
        print(`${title}: ${rig.length} nodes, ${(reads() / rig.length).toFixed(0)} reads a node`);
        expect(confidence).toBeLessThan(0.75);
        expect(reads()).toBeLessThan(MostReads * rig.length);
    });
});
