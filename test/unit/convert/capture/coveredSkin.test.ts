import { expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { DecodeImageInNodeAsync } from "../../../../src/cli/decodeImage.js";
import { ReadCharacterAsync } from "../../../../src/convert/bake/readCharacter.js";
import { TriangleTree } from "../../../../src/convert/bake/triangleTree.js";
import { type ICaptureSubject } from "../../../../src/convert/capture/captureSubject.js";
import { PrepareSubject } from "../../../../src/convert/capture/prepareSubject.js";
import { SamplePose } from "../../../../src/convert/capture/samplePose.js";
import { SeededRandom } from "../../../../src/convert/capture/seededRandom.js";
import { SubjectDeformer } from "../../../../src/convert/capture/subjectDeformer.js";
import { PrintFigure, SharedData } from "../../../support/motions.js";

/** Metres that skin may be outside: beyond the thickness of cloth one sees it. */
const Visible = 0.001;
const Deepest = 0.03;

/** Vertices of skin that clothes cover at rest and that are outside of them in a pose. */
function Poking(subject: ICaptureSubject, isUnder: Uint8Array, positions: Float32Array, normals: Float32Array): number {
    const tree = ClothesOf(subject, positions);
    const from = new Float32Array(3);
    let count = 0;
    isUnder.forEach((under, v) => {
        const at = [0, 1, 2].map((i) => positions[v * 3 + i]! - Visible * normals[v * 3 + i]!);
        from.set(at);
        const inwards = normals.slice(v * 3, v * 3 + 3).map((value) => -value);
        count += Number(under === 1 && tree.forEachHit(from, inwards, Deepest, (_triangle, isBack) => !isBack));
    });
    return count;
}

function ClothesOf({ triangles, triangleParts, parts }: ICaptureSubject, positions: Float32Array): TriangleTree {
    const isCloth = parts.map(({ kind }) => kind === "clothing");
    const corners = new Float32Array(triangles.length * 3);
    let count = 0;
    for (let i = 0; i < triangles.length; i++) {
        if (isCloth[triangleParts[Math.floor(i / 3)]!]) {
            corners.set(positions.subarray(triangles[i]! * 3, triangles[i]! * 3 + 3), count++ * 3);
        }
    }
    return new TriangleTree(corners.subarray(0, count * 3));
}

const Person = `${SharedData}/base-human/base_human_female.glb`;

(existsSync(Person) ? it : it.skip)(
    "skin stays under clothes in poses that these were not modelled for",
    async () => {
        const bytes = new Uint8Array(readFileSync(Person));
        const subject = PrepareSubject(await ReadCharacterAsync(bytes, "person", DecodeImageInNodeAsync));
        const deformer = new SubjectDeformer(subject);
        const { positions, normals, vertexParts, parts } = subject;
        const tree = ClothesOf(subject, positions);
        const isUnder = Uint8Array.from(vertexParts, (part, v) => {
            const direction = normals.slice(v * 3, v * 3 + 3);
            const from = positions.slice(v * 3, v * 3 + 3);
            return Number(
                parts[part]!.kind === "body" && tree.forEachHit(from, direction, 0.05, (_t, isBack) => isBack),
            );
        });
        const random = SeededRandom(5);
        const counts = Array.from({ length: 5 }, () => {
            deformer.deform(SamplePose("free", random), [0, 0, 0], []);
            return Poking(subject, isUnder, deformer.positions, deformer.normals);
        });
        const under = isUnder.reduce((sum, value) => sum + value, 0);
        PrintFigure(`skin under clothes: ${under} vertices; outside of them in five poses: ${counts.join(" ")}`);
        expect(Math.max(...counts)).toBeLessThan(3);
    },
    60_000,
);
