import { type IMapModel } from "../../src/format/mapModel.js";
import { type Matrix, Apply, At, Block } from "./matrix.js";

/** Row-major 3×4 matrices, 12 numbers each. */
export function ReadAffines(values: ArrayLike<number>): Matrix[] {
    return Array.from({ length: values.length / 12 }, (_, joint) =>
        [0, 4, 8].map((row) => [0, 1, 2, 3].map((column) => values[joint * 12 + row + column]!)),
    );
}

/** Σ wⱼ Aⱼ of one Gaussian. */
function Blend(model: IMapModel, row: number, matrices: readonly Matrix[]): Matrix {
    const { count, joints, weights } = model.influences;
    return [0, 1, 2].map((r) =>
        [0, 1, 2, 3].map((c) => {
            let sum = 0;
            for (let i = row * count; i < (row + 1) * count; i++) {
                sum += weights[i]! * At(matrices[joints[i]!]!, r, c);
            }
            return sum;
        }),
    );
}

/** Scatters values of texels into an image [2 sides][W·W] of lists, then reduces blocks: null where a pixel stays empty. */
function Reduce(
    model: IMapModel,
    size: number,
    reduction: "first" | "mean",
    value: (row: number) => readonly number[],
): (readonly number[] | null)[] {
    const { mapSize, texels } = model;
    const rowOf = new Map(Array.from(texels, (texel, row) => [texel, row]));
    const block = mapSize / size;
    const result: (readonly number[] | null)[] = [];
    for (let pixel = 0; pixel < 2 * size * size; pixel++) {
        const side = pixel < size * size ? 0 : 1;
        const [v, u] = [Math.floor(pixel / size) % size, pixel % size];
        const found: (readonly number[])[] = [];
        for (let dv = 0; dv < (reduction === "first" ? 1 : block); dv++) {
            for (let du = 0; du < (reduction === "first" ? 1 : block); du++) {
                const row = rowOf.get((v * block + dv) * 2 * mapSize + side * mapSize + u * block + du);
                if (row !== undefined) {
                    found.push(value(row));
                }
            }
        }
        result.push(
            found.length === 0
                ? null
                : found[0]!.map((_, i) => found.reduce((sum, one) => sum + one[i]!, 0) / found.length),
        );
    }
    return result;
}

const Triple = (values: ArrayLike<number>, row: number): number[] => [0, 1, 2].map((i) => values[row * 3 + i]!);

/** The pose map [C,S,S], pixel by pixel, as its definition says. */
export function ReferencePoseMap(model: IMapModel, matrices: readonly Matrix[]): Float64Array {
    const { size, side, channels, reduction, projection } = model.conditioning;
    const sides = side === "both" ? 2 : 1;
    const plane = size * size;
    const map = new Float64Array(sides * channels.length * 3 * plane);
    channels.forEach((channel, index) => {
        const reduced = Reduce(model, size, reduction, (row) => {
            const blended = Blend(model, row, matrices);
            if (channel === "normal") {
                return Apply(Block(blended, 3), Triple(model.normals, row));
            }
            const rest = Triple(model.positions, row);
            const posed = Apply(blended, [...rest, 1]);
            return channel === "position" ? posed : posed.map((value, i) => value - rest[i]!);
        });
        for (let pixel = 0; pixel < sides * plane; pixel++) {
            const first = (Math.floor(pixel / plane) * channels.length + index) * 3;
            reduced[pixel]?.forEach((value, axis) => (map[(first + axis) * plane + (pixel % plane)] = value));
        }
    });
    if (projection) {
        const { pixels, mean, components, limits } = projection;
        const places = Array.from(pixels).flatMap((pixel) => [pixel, plane + pixel, 2 * plane + pixel]);
        const x = places.map((place) => map[place]!);
        const z = Array.from(limits, (limit, k) => {
            const sum = x.reduce((total, value, i) => total + components[k * x.length + i]! * (value - mean[i]!), 0);
            return Math.min(limit, Math.max(-limit, sum));
        });
        places.forEach((place, i) => {
            map[place] = z.reduce((sum, value, k) => sum + value * components[k * x.length + i]!, mean[i]!);
        });
    }
    return map;
}

/** Front, then back view map, [2,V,V]. */
export function ReferenceViewMaps(
    model: IMapModel,
    matrices: readonly Matrix[],
    camera: readonly number[],
): Float64Array {
    const values = Reduce(model, model.conditioning.viewSize, "first", (row) => {
        const blended = Blend(model, row, matrices);
        const normal = Apply(Block(blended, 3), Triple(model.normals, row));
        const point = Apply(blended, [...Triple(model.positions, row), 1]);
        const away = camera.map((value, i) => value - point[i]!);
        const length = Math.max(Math.hypot(...away), 1e-3);
        return [normal.reduce((sum, value, i) => sum + value * away[i]!, 0) / length];
    });
    return Float64Array.from(values, (value) => value?.[0] ?? 0);
}
