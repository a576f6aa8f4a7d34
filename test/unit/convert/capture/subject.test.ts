import { beforeAll, describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { DecodeImageInNodeAsync } from "../../../../src/cli/decodeImage.js";
import { ReadCharacterAsync } from "../../../../src/convert/bake/readCharacter.js";
import { type ICaptureSubject } from "../../../../src/convert/capture/captureSubject.js";
import { PrepareSubject } from "../../../../src/convert/capture/prepareSubject.js";
import { RefineMesh } from "../../../../src/convert/capture/refineMesh.js";
import { SubjectDeformer } from "../../../../src/convert/capture/subjectDeformer.js";
import { SmplxJointNames, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { QuaternionFromAxisAngle } from "../../../../src/math/quaternion.js";
import { PrintFigure, SharedData } from "../../../support/motions.js";

/** Local rotations that turn one joint, degrees about an axis. */
function Turn(joint: SmplxJointName, axis: readonly [number, number, number], degrees: number): Float32Array {
    const rotations = Float32Array.from(SmplxJointNames.flatMap(() => [0, 0, 0, 1]));
    rotations.set(QuaternionFromAxisAngle(axis, (degrees * Math.PI) / 180), SmplxJointNames.indexOf(joint) * 4);
    return rotations;
}

const Rest = Turn("pelvis", [1, 0, 0], 0);

/** Largest distance between vertices of one weld, metres. */
function LargestGap({ welds }: ICaptureSubject, positions: Float32Array): number {
    let gap = 0;
    welds.forEach((first, v) => {
        gap = Math.max(gap, Math.hypot(...[0, 1, 2].map((i) => positions[v * 3 + i]! - positions[first * 3 + i]!)));
    });
    return gap;
}

describe("RefineMesh", () => {
    it("splits edges across a seam once, so that both sides stay together", () => {
        // Two triangles that share an edge, whose vertices a texture seam has doubled.
        const positions = Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0]);
        const refined = RefineMesh({
            positions,
            normals: Float32Array.from([0, 0, 1, 0.6, 0, 0.8, 0, 0.6, 0.8, 0.6, 0, 0.8, 0, 0.6, 0.8, 0, 0, 1]),
            welds: Uint32Array.from([0, 1, 2, 1, 2, 5]),
            triangles: Uint32Array.from([0, 1, 2, 3, 5, 4]),
            limits: new Float32Array(6).fill(0.3),
            roundness: new Float32Array(6).fill(0.75),
        });
        const edges = new Map<string, number>();
        const key = (v: number): string => refined.positions.subarray(v * 3, v * 3 + 3).join(",");
        let longest = 0;
        for (let i = 0; i < refined.triangles.length; i++) {
            const [a, b] = [refined.triangles[i]!, refined.triangles[i % 3 === 2 ? i - 2 : i + 1]!];
            const name = [key(a), key(b)].sort().join(" ");
            edges.set(name, (edges.get(name) ?? 0) + 1);
            longest = Math.max(
                longest,
                Math.hypot(...[0, 1, 2].map((k) => refined.positions[a * 3 + k]! - refined.positions[b * 3 + k]!)),
            );
        }
        expect(longest).toBeLessThanOrEqual(0.3);
        // The outline is one loop; a gap along the seam would begin and end in a point of it.
        const ends = [...edges].filter(([, count]) => count === 1).flatMap(([name]) => name.split(" "));
        expect(new Set(ends).size * 2).toBe(ends.length);
        expect(Math.max(...edges.values())).toBe(2);
        expect(new Set(refined.sources)).toEqual(new Set([0, 1]));
    });
});

const Person = `${SharedData}/base-human/base_human_female.glb`;
const describeData = existsSync(Person) ? describe : describe.skip;

describeData("a captured person", () => {
    let subject: ICaptureSubject;
    let deformer: SubjectDeformer;

    beforeAll(async () => {
        const bytes = new Uint8Array(readFileSync(Person));
        subject = PrepareSubject(await ReadCharacterAsync(bytes, "person", DecodeImageInNodeAsync));
        deformer = new SubjectDeformer(subject);
    }, 60_000);

    it("has parts of the kinds that it shows", () => {
        expect(subject.parts.map(({ kind }) => kind)).toEqual([
            "body",
            "eyes",
            "lashes",
            "lashes",
            "mouth",
            "mouth",
            "hair",
            "clothing",
            "shoes",
        ]);
        let next = 0;
        for (const [i, { firstTriangle, triangleCount }] of subject.parts.entries()) {
            expect(firstTriangle).toBe(next);
            next += triangleCount;
            expect(subject.triangleParts[next - 1]).toBe(i);
        }
        expect(next * 3).toBe(subject.triangles.length);
        expect(subject.expressions.map(({ name }) => name)).toContain("jawOpen");
    });

    it("has cloth fine enough to fold", () => {
        const { triangles, positions } = subject;
        const cloth = subject.parts.find(({ kind }) => kind === "clothing")!;
        const knee = SmplxJointNames.indexOf("left_knee") * 3;
        let longest = 0;
        for (let i = cloth.firstTriangle * 3; i < (cloth.firstTriangle + cloth.triangleCount) * 3; i++) {
            const [a, b] = [triangles[i]! * 3, triangles[i % 3 === 2 ? i - 2 : i + 1]! * 3];
            const near = Math.hypot(...[0, 1, 2].map((k) => positions[a + k]! - subject.restJoints[knee + k]!)) < 0.1;
            const length = Math.hypot(...[0, 1, 2].map((k) => positions[a + k]! - positions[b + k]!));
            longest = near ? Math.max(longest, length) : longest;
        }
        PrintFigure(
            `subject: ${positions.length / 3} vertices, ${triangles.length / 3} triangles, edges at the knee up to ${(longest * 1000).toFixed(1)} mm`,
        );
        expect(longest).toBeLessThan(0.0105);
        expect(positions.length / 3).toBeLessThan(70_000);
    });

    it("rests exactly at rest", () => {
        deformer.deform(Rest, [0, 0, 0], []);
        let worst = 0;
        subject.positions.forEach((value, i) => {
            worst = Math.max(worst, Math.abs(value - deformer.positions[i]!));
        });
        // Skin weights add up to 1 within single precision.
        expect(worst).toBeLessThan(2e-6);
    });

    it("folds where cloth is squeezed and nowhere else, without tearing, and smoothly in the pose", () => {
        const flat = new SubjectDeformer(subject, { folds: false });
        const lifted = (degrees: number): { most: number; elsewhere: number } => {
            const rotations = Turn("left_knee", [1, 0, 0], degrees);
            deformer.deform(rotations, [0, 0, 0], []);
            flat.deform(rotations, [0, 0, 0], []);
            let [most, elsewhere] = [0, 0];
            for (let v = 0; v < subject.welds.length; v++) {
                const away = Math.hypot(
                    ...[0, 1, 2].map((i) => deformer.positions[v * 3 + i]! - flat.positions[v * 3 + i]!),
                );
                const isCloth = subject.parts[subject.vertexParts[v]!]!.kind === "clothing";
                const isLeft = subject.positions[v * 3]! > 0 && subject.positions[v * 3 + 1]! < 0.75;
                most = Math.max(most, away);
                elsewhere = isCloth && isLeft ? elsewhere : Math.max(elsewhere, away);
            }
            return { most, elsewhere };
        };
        const [bent, more] = [lifted(90), lifted(90.5)];
        PrintFigure(`folds: ${(bent.most * 1000).toFixed(1)} mm at a knee bent by 90°`);
        expect(bent.most).toBeGreaterThan(0.004);
        expect(bent.most).toBeLessThan(0.02);
        // What little strain the spreading carries as far as the hips.
        expect(bent.elsewhere).toBeLessThan(1e-4);
        expect(Math.abs(more.most - bent.most)).toBeLessThan(2e-4);
        expect(LargestGap(subject, deformer.positions)).toBeLessThan(2e-5);
        const again = Float32Array.from(deformer.positions);
        lifted(90.5);
        expect(deformer.positions).toEqual(again);
    });

    it("opens its mouth and turns its normals along", () => {
        const jaw = subject.expressions.findIndex(({ name }) => name === "jawOpen");
        deformer.deform(Turn("pelvis", [0, 1, 0], 90), [0, 0.5, 0], new Float32Array(jaw + 1).fill(1, jaw));
        const { indices, deltas } = subject.expressions[jaw]!;
        const largest = indices.reduce((best, _, i) => (deltas[i * 3 + 1]! < deltas[best * 3 + 1]! ? i : best), 0);
        const v = indices[largest]!;
        expect(deformer.positions[v * 3 + 1]).toBeCloseTo(
            subject.positions[v * 3 + 1]! + 0.5 + deltas[largest * 3 + 1]!,
            4,
        );
        const knee = subject.positions.findIndex((_, i) => i % 3 === 2 && subject.normals[i]! > 0.999);
        expect(deformer.normals[knee - 2]).toBeGreaterThan(0.99);
    });
});

const Costume = `${SharedData}/humanoids/kaykit_knight.glb`;

(existsSync(Costume) ? it : it.skip)(
    "a large costume is split less finely, so that it can be captured in time",
    async () => {
        const bytes = new Uint8Array(readFileSync(Costume));
        const knight = PrepareSubject(await ReadCharacterAsync(bytes, "knight", DecodeImageInNodeAsync));
        PrintFigure(`knight: ${knight.triangles.length / 3} triangles`);
        expect(knight.triangles.length / 3).toBeGreaterThan(150_000);
        expect(knight.triangles.length / 3).toBeLessThan(350_000);
    },
    60_000,
);
