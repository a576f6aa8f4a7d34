import { expect, it } from "@jest/globals";
import { type IDressedMesh } from "../../../../src/convert/capture/dressedMesh.js";
import { TuckSkin } from "../../../../src/convert/capture/tuckSkin.js";
import { PrintFigure } from "../../../support/motions.js";

/** Vertices around the arm. */
const Around = 32;

/** Metres. */
const Arm = { length: 0.3, radius: 0.03, step: 0.002 } as const;
/** A sleeve over the inner half of the arm, its hem turned under, into the skin. */
const Sleeve = { hem: 0.15, radius: 0.0315, lip: { radius: 0.028, from: 0.14 } } as const;
/** What is asked of skin deep inside the sleeve. */
const Clearance = 0.006;

/** An arm along x in a sleeve; the profile of each is a list of rings: x and radius. */
function SleevedArm(): IDressedMesh & { normals: Float32Array } {
    const arm = Array.from({ length: Math.round(Arm.length / Arm.step) + 1 }, (_, i) => [i * Arm.step, Arm.radius]);
    const { hem, radius, lip } = Sleeve;
    const sleeve = [[0, radius], [hem, radius], [hem, lip.radius], [lip.from, lip.radius]]; // prettier-ignore
    const rings = [...arm, ...sleeve] as [number, number][];
    const positions: number[] = [];
    const normals: number[] = [];
    for (const [x, r] of rings) {
        for (let k = 0; k < Around; k++) {
            const angle = (2 * Math.PI * k) / Around;
            positions.push(x, r * Math.cos(angle), r * Math.sin(angle));
            normals.push(0, Math.cos(angle), Math.sin(angle));
        }
    }
    const triangles: number[] = [];
    const triangleParts: number[] = [];
    for (let ring = 0; ring + 1 < rings.length; ring++) {
        for (let k = 0; k < Around && ring + 1 !== arm.length; k++) {
            const [a, b] = [ring * Around + k, ring * Around + ((k + 1) % Around)];
            triangles.push(a, a + Around, b, b, a + Around, b + Around);
            triangleParts.push(...(ring < arm.length ? [0, 0] : [1, 1]));
        }
    }
    return {
        positions: Float32Array.from(positions),
        normals: Float32Array.from(normals),
        triangles: Uint32Array.from(triangles).reverse(),
        triangleParts: Uint16Array.from(triangleParts).reverse(),
        vertexParts: Uint16Array.from({ length: rings.length * Around }, (_, v) => Number(v >= arm.length * Around)),
        parts: [{ kind: "body" }, { kind: "clothing" }],
    };
}

it("skin goes under a sleeve gradually from its hem on", () => {
    const arm = SleevedArm();
    const before = arm.positions.slice();
    const points = Uint32Array.from(arm.vertexParts.keys());
    TuckSkin(arm, arm.normals, points);
    const moves = Array.from({ length: Math.round(Arm.length / Arm.step) + 1 }, (_, ring) => {
        const v = ring * Around;
        return before[v * 3 + 1]! - arm.positions[v * 3 + 1]!;
    });
    const at = (x: number): number => moves[Math.round(x / Arm.step)]!;
    const steps = moves.slice(1).map((move, i) => Math.abs(move - moves[i]!));
    PrintFigure(`skin around the hem, mm: ${moves.slice(64, 80).map((move) => (move * 1e3).toFixed(1)).join(" ")}`); // prettier-ignore
    expect(at(0.05)).toBeCloseTo(Clearance - (Sleeve.radius - Arm.radius), 3);
    expect(Math.max(...moves.slice(Math.ceil(Sleeve.hem / Arm.step) + 1))).toBe(0);
    // As an even slope over 15 mm, at its steepest half as much again.
    expect(Math.max(...steps)).toBeLessThan(1.6 * (Arm.step / 0.015) * Math.max(...moves));
});
