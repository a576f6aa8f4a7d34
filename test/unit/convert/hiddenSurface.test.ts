import { describe, expect, it } from "@jest/globals";
import { type ICanonicalMesh } from "../../../src/convert/bake/canonicalMesh.js";
import { SampleSurfaceAsync } from "../../../src/convert/bake/surfaceSampling.js";
import { TriangleTree } from "../../../src/convert/bake/triangleTree.js";
import { SeededRandom } from "../../support/seededRandom.js";

interface IShell {
    readonly radius: number;
    /** Polar angle at which the shell ends, radians from the top. */
    readonly end?: number;
    readonly joint?: number;
    readonly alpha?: number;
    readonly expressive?: boolean;
}

/** A sphere about the origin, or its cap. */
function Shell({ radius, end = Math.PI, joint = 0, alpha = 1, expressive = false }: IShell): ICanonicalMesh {
    const [rows, columns] = [32, 48];
    const positions: number[] = [];
    for (let row = 0; row <= rows; row++) {
        for (let column = 0; column < columns; column++) {
            const [polar, turn] = [(end * row) / rows, (2 * Math.PI * column) / columns];
            positions.push(Math.sin(polar) * Math.sin(turn), Math.cos(polar), Math.sin(polar) * Math.cos(turn));
        }
    }
    const indices: number[] = [];
    for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
            const [a, b] = [row * columns + column, row * columns + ((column + 1) % columns)];
            indices.push(a, a + columns, b, b, a + columns, b + columns);
        }
    }
    const count = positions.length / 3;
    const joints = Uint16Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? joint : 0));
    const weights = Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const points = Float32Array.from(positions, (value) => value * radius);
    const morphs = expressive ? [{ name: "jawOpen", deltas: new Float32Array(count * 3).fill(0.01) }] : [];
    const material = {
        name: "paint",
        baseColor: [1, 1, 1, alpha] as const,
        baseColorTexture: null,
        emissive: [0, 0, 0] as const,
        emissiveTexture: null,
        alphaMode: alpha < 1 ? ("BLEND" as const) : ("OPAQUE" as const),
        alphaCutoff: 0.5,
    };
    const source = {
        name: "shell",
        node: 0,
        skin: 0,
        material,
        positions: points,
        normals: null,
        texCoords: [],
        colors: null,
        influences: 4,
        joints,
        weights,
        indices: Uint32Array.from(indices),
        morphs,
    };
    return { source, positions: points, normals: Float32Array.from(positions), joints, weights, morphs };
}

/** Heights of the samples of each mesh over the border of the cap at y = 0. */
async function HeightsAsync(inner: IShell, cap: IShell): Promise<[number[], number[]]> {
    const { samples } = await SampleSurfaceAsync([Shell(inner), Shell({ end: Math.PI / 2, ...cap })], [0, 2, 0], 3000);
    const heights: [number[], number[]] = [[], []];
    for (let i = 0; i < samples.count; i++) {
        heights[samples.meshes[i]!]!.push(samples.positions[i * 3 + 1]!);
    }
    return heights;
}

/** The samples of 3000 that fall on the cap-covered half of the inner shell. */
const covered = (heights: readonly number[]): number => heights.filter((y) => y > 0.02).length;

describe("hidden surface", () => {
    it("drops what lies under a cover, keeps a band along the cover's border and spends the splats elsewhere", async () => {
        const [inner, cap] = await HeightsAsync({ radius: 0.1 }, { radius: 0.104 });
        // Beneath this cover a grazing view reaches √(104² - 100²) = 28.6 mm; a band of 8 mm comes on top.
        expect(Math.max(...inner)).toBeLessThan(0.0366);
        expect(inner.filter((y) => y > 0 && y < 0.008).length).toBeGreaterThan(50);
        expect(cap.length + inner.length).toBe(3000);
        // Two half spheres of nearly the same area are left.
        expect(cap.length).toBeGreaterThan(1300);
        expect(Math.max(...cap)).toBeGreaterThan(0.1035);
    });

    it.each<[string, IShell, IShell]>([
        ["lies deeper than any cloth is thick", { radius: 0.1 }, { radius: 0.13 }],
        ["moves with another joint than its cover", { radius: 0.1 }, { radius: 0.104, joint: 4 }],
        ["shows through a transparent cover", { radius: 0.1 }, { radius: 0.104, alpha: 0.5 }],
        ["moves in an expression", { radius: 0.1, expressive: true }, { radius: 0.104 }],
        ["has a cover that moves in an expression", { radius: 0.1 }, { radius: 0.104, expressive: true }],
    ])("keeps what %s", async (_, inner, cap) => {
        expect(covered((await HeightsAsync(inner, cap))[0])).toBeGreaterThan(400);
    });

    it("finds with the tree exactly the triangles that a test of all of them finds", () => {
        const random = SeededRandom(7);
        const corners = Float32Array.from({ length: 300 * 9 }, (_, i) => random() + (i % 9 < 3 ? 0 : 0.2 * random()));
        const tree = new TriangleTree(corners);
        for (let ray = 0; ray < 50; ray++) {
            const from = Float32Array.from([random(), random(), random()]);
            const raw = [random() - 0.5, random() - 0.5, random() - 0.5];
            const direction = Float32Array.from(raw, (value) => value / Math.hypot(...raw));
            const found: number[] = [];
            tree.forEachHit(from, direction, 1, (triangle) => found.push(triangle) < 0);
            const all = Array.from({ length: 300 }, (_, t) => t);
            expect(found.sort((a, b) => a - b)).toEqual(all.filter((t) => tree.crosses(t, from, direction, 1)));
        }
    });
});
