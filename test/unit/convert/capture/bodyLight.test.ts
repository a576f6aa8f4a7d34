import { describe, expect, it } from "@jest/globals";
import { BodyLight, type ILitSubject } from "../../../../src/convert/capture/bodyLight.js";
import { ComputeNormals } from "../../../../src/convert/capture/surfaceNormals.js";
import { KeyDirection, StudioRays } from "../../../../src/convert/capture/studioLights.js";
import { QuaternionFromAxisAngle, RotateVector3, type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { DotVector3, type Vector3Tuple } from "../../../../src/math/vector3.js";

interface IMesh {
    readonly positions: number[];
    readonly triangles: number[];
}

/** A level square of 17 × 17 vertices, facing upwards. */
function Plane(half: number, y: number, center: readonly [number, number] = [0, 0]): IMesh {
    const [positions, triangles]: [number[], number[]] = [[], []];
    for (let row = 0; row <= 16; row++) {
        for (let column = 0; column <= 16; column++) {
            positions.push(center[0] + (column / 8 - 1) * half, y, center[1] + (row / 8 - 1) * half);
            if (row < 16 && column < 16) {
                const a = row * 17 + column;
                triangles.push(a, a + 17, a + 1, a + 1, a + 17, a + 18);
            }
        }
    }
    return { positions, triangles };
}

function Sphere(radius: number): IMesh {
    const [positions, triangles]: [number[], number[]] = [[], []];
    for (let row = 0; row <= 24; row++) {
        for (let column = 0; column <= 48; column++) {
            const [polar, azimuth] = [(Math.PI * row) / 24, (2 * Math.PI * column) / 48];
            positions.push(
                radius * Math.sin(polar) * Math.cos(azimuth),
                radius * Math.cos(polar),
                -radius * Math.sin(polar) * Math.sin(azimuth),
            );
            if (row < 24 && column < 48) {
                const a = row * 49 + column;
                triangles.push(a, a + 49, a + 1, a + 1, a + 49, a + 50);
            }
        }
    }
    return { positions, triangles };
}

function Lit(...meshes: IMesh[]): { subject: ILitSubject; normals: Float32Array } {
    const positions = Float32Array.from(meshes.flatMap((mesh) => mesh.positions));
    let start = 0;
    const triangles = Uint32Array.from(
        meshes.flatMap((mesh) => {
            const shifted = mesh.triangles.map((v) => v + start);
            start += mesh.positions.length / 3;
            return shifted;
        }),
    );
    const normals = new Float32Array(positions.length);
    ComputeNormals(positions, triangles, Uint32Array.from(Array(positions.length / 3).keys()), normals);
    const part = {
        name: "all",
        kind: "body",
        alpha: "opaque",
        alphaCutoff: 0.5,
        baseColor: [1, 1, 1, 1],
        texture: null,
        firstTriangle: 0,
        triangleCount: triangles.length / 3,
    } as const;
    return {
        subject: {
            positions,
            triangles,
            triangleParts: new Uint16Array(triangles.length / 3),
            uvs: new Float32Array((positions.length / 3) * 2),
            parts: [part],
        },
        normals,
    };
}

/** What a surface receives that nothing shades. */
function Unshaded(normal: Vector3Tuple): number[] {
    const sum = [0, 0, 0];
    for (const { towards, color } of StudioRays()) {
        color.forEach((value, k) => {
            sum[k]! += Math.max(0, DotVector3(normal, towards)) * value;
        });
    }
    return sum;
}

const Upright: QuaternionTuple = [0, 0, 0, 1];
const Center = 8 * 17 + 8;

describe("BodyLight", () => {
    it("gives a lone plane all the light there is", () => {
        const { subject, normals } = Lit(Plane(1, 0));
        const light = new BodyLight(subject);
        light.update(subject.positions, normals, Upright);
        const expected = Unshaded([0, 1, 0]);
        for (let v = 0; v < light.light.length / 4; v++) {
            for (let k = 0; k < 3; k++) {
                expect(light.light[v * 4 + k]).toBeCloseTo(expected[k]!, 4);
            }
            expect(light.light[v * 4 + 3]).toBeCloseTo(1, 4);
        }
    });

    it("gives a sphere, which shades only what looks away, all its directions' light", () => {
        const { subject, normals } = Lit(Sphere(0.5));
        const light = new BodyLight(subject);
        light.update(subject.positions, normals, Upright);
        let [worst, brightest] = [0, 0];
        for (let v = 0; v < normals.length / 3; v++) {
            const normal = [normals[v * 3]!, normals[v * 3 + 1]!, normals[v * 3 + 2]!] as const;
            const expected = Unshaded(normal);
            worst = Math.max(worst, Math.abs(light.light[v * 4 + 1]! - expected[1]!));
            brightest = Math.max(brightest, expected[1]!);
        }
        process.stdout.write(`sphere: irradiance off by ${worst.toFixed(4)} of ${brightest.toFixed(3)}\n`);
        // Facets of 7.5° have normals that differ from those of the sphere; grazing texels may count as shaded.
        expect(worst).toBeLessThan(0.02 * brightest);
    });

    it("is dark under what is in the way, and not beside it", () => {
        // A small lid, 30 cm above the middle on the way to the key light.
        const way = 0.3 / KeyDirection[1];
        const lid = Plane(0.15, 0.3, [KeyDirection[0] * way, KeyDirection[2] * way]);
        const { subject, normals } = Lit(Plane(1, 0), lid);
        const light = new BodyLight(subject);
        light.update(subject.positions, normals, Upright);
        const free = Unshaded([0, 1, 0]);
        // The lid is a little smaller than the light: one of its sixteen rays may pass.
        expect(light.light[Center * 4 + 3]).toBeLessThan(0.07);
        expect(light.light[Center * 4 + 1]).toBeLessThan(0.65 * free[1]!);
        expect(light.light[3]).toBeGreaterThan(0.99);
        // The penumbra of a light that is 24° wide is softer than a vertex.
        const shares = Array.from({ length: 17 }, (_, i) => light.light[(8 * 17 + i) * 4 + 3]!);
        expect(shares.filter((share) => share > 0.05 && share < 0.95).length).toBeGreaterThanOrEqual(2);
    });

    it("turns with the body", () => {
        const { subject, normals } = Lit(Sphere(0.3), Plane(0.2, 0.5, [0.1, 0.2]));
        const root = QuaternionFromAxisAngle([0.2, 1, -0.3], 2.2);
        const turned = (vectors: Float32Array): Float32Array =>
            Float32Array.from(
                Array.from({ length: vectors.length / 3 }, (_, v) => [
                    ...RotateVector3(root, [vectors[v * 3]!, vectors[v * 3 + 1]!, vectors[v * 3 + 2]!]),
                ]).flat(),
            );
        const [still, moved] = [new BodyLight(subject), new BodyLight(subject)];
        still.update(subject.positions, normals, Upright);
        moved.update(turned(subject.positions), turned(normals), root);
        let worst = 0;
        still.light.forEach((value, i) => {
            worst = Math.max(worst, Math.abs(value - moved.light[i]!));
        });
        process.stdout.write(`turned light: off by ${worst.toExponential(1)}\n`);
        // Rounding of single precision may move an outline across the middle of a texel.
        expect(worst).toBeLessThan(0.02);
        expect(DotVector3(moved.keyDirection, RotateVector3(root, KeyDirection))).toBeCloseTo(1, 6);
    });
});
