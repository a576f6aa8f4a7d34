import { MaxProjectionComponents } from "./limits.js";
import { type MapArrayReader } from "./mapArrays.js";
import { type IConditioning, type IPoseProjection } from "./mapModel.js";
import { type IMapsDescription } from "./tierSchema.js";

/** Rows of a projection may miss a length of one by this. */
const UnitTolerance = 0.01;

/** Whole numbers are read as 32-bit floats, which are exact below. */
const LargestExact = 2 ** 24;

function ReadRestJoints(
    entries: readonly number[],
    path: string,
    jointOfSkinEntry: readonly number[],
    arrays: MapArrayReader,
): Uint16Array | null {
    const seen = new Set<number>();
    for (const [index, entry] of entries.entries()) {
        if (seen.has(entry) || entry >= jointOfSkinEntry.length) {
            const message = `entry ${entry} is listed twice or is none of the skin's ${jointOfSkinEntry.length}`;
            return arrays.fail("invalid-joint-index", `${path}/${index}`, message);
        }
        seen.add(entry);
    }
    return new Uint16Array(entries.map((entry) => jointOfSkinEntry[entry]!));
}

function ReadProjection(
    projection: NonNullable<IMapsDescription["conditioning"]["projection"]>,
    size: number,
    vectorCount: number,
    path: string,
    arrays: MapArrayReader,
): IPoseProjection | null {
    const vectors = vectorCount * size * size;
    const limit = Math.min(3 * vectors, LargestExact);
    const pixels = arrays.readAscending(projection.pixels, `${path}/pixels`, limit, vectors);
    const limits = arrays.require(
        arrays.readScalars(projection.limits, `${path}/limits`, MaxProjectionComponents),
        1,
        (value) => value >= 0,
        "invalid-map-model",
        `${path}/limits`,
        "limits are 0 or more",
    );
    if (pixels === null || limits === null) {
        return null;
    }
    const misplaced = pixels.findIndex((pixel) => Math.floor(pixel / (size * size)) % 3 !== 0);
    if (misplaced >= 0) {
        const message = `entry ${misplaced} is ${pixels[misplaced]}, which is no x of a vector: y and z follow by themselves`;
        return arrays.fail("invalid-map-model", `${path}/pixels`, message);
    }
    const mean = arrays.read(projection.mean, `${path}/mean`, 3, pixels.length);
    const components = arrays.requireLengths(
        arrays.read(projection.components, `${path}/components`, 3, limits.length * pixels.length),
        3 * pixels.length,
        1 - UnitTolerance,
        1 + UnitTolerance,
        "invalid-map-model",
        `${path}/components`,
    );
    return mean === null || components === null ? null : { pixels, mean, components, limits };
}

/**
 * Reads how a pose becomes the input of the networks.
 *
 * @param maps what the tier says of its maps
 * @param path JSON pointer of the conditioning
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param arrays reads its arrays
 * @returns the conditioning, or null when it cannot be used
 */
export function ReadConditioning(
    maps: IMapsDescription,
    path: string,
    jointOfSkinEntry: readonly number[],
    arrays: MapArrayReader,
): IConditioning | null {
    const { size, side, channels, reduction, viewSize, projection } = maps.conditioning;
    for (const [field, value] of Object.entries({ size, viewSize })) {
        if (value !== 0 && maps.size % value !== 0) {
            const message = `is ${value}, which must divide the ${maps.size} texels of a map's side`;
            return arrays.fail("invalid-map-model", `${path}/${field}`, message);
        }
    }
    if (new Set(channels).size !== channels.length) {
        return arrays.fail("invalid-map-model", `${path}/channels`, "lists one twice: list each once");
    }
    const restJoints = ReadRestJoints(maps.conditioning.restJoints, `${path}/restJoints`, jointOfSkinEntry, arrays);
    if (restJoints === null) {
        return null;
    }
    const conditioning = { size, side, channels, reduction, restJoints, projection: null, viewSize };
    if (projection === undefined) {
        return conditioning;
    }
    const vectorCount = channels.length * (side === "both" ? 2 : 1);
    const read = ReadProjection(projection, size, vectorCount, `${path}/projection`, arrays);
    return read === null ? null : { ...conditioning, projection: read };
}
