import { IsComplete, type MapArrayReader } from "./mapArrays.js";
import { type IFixedHands, type IMapDecoding } from "./mapModel.js";
import { type IMapsDescription } from "./tierSchema.js";

/** Opacities and shares may leave 0..1 by rounding of this size. */
const ShareTolerance = 1e-4;
/** Base rotations shorter than this have no direction left in 32 bits. */
const MinRotationLength = 1e-3;
/** Base rotations longer than this would drown what the networks say. */
const MaxRotationLength = 1e3;
/** Unit quaternions may miss a length of one by this; they are used as they are. */
const UnitTolerance = 0.01;

type DecodingDescription = IMapsDescription["decoding"];

function ReadFixedHands(
    hands: NonNullable<DecodingDescription["fixedHands"]>,
    path: string,
    count: number,
    arrays: MapArrayReader,
): IFixedHands | null {
    const readShares = (field: "shares" | "opacities"): Float32Array | null =>
        arrays.require(
            arrays.readRows(hands[field], `${path}/${field}`, 1, count),
            1,
            (value) => value >= -ShareTolerance && value <= 1 + ShareTolerance,
            field === "shares" ? "invalid-map-model" : "invalid-opacity",
            `${path}/${field}`,
            "it is a number from 0 to 1",
        );
    const parts = {
        shares: readShares("shares"),
        positions: arrays.read(hands.positions, `${path}/positions`, 3, count),
        opacities: readShares("opacities"),
        scales: arrays.require(
            arrays.readRows(hands.scales, `${path}/scales`, 3, count),
            3,
            (value) => value > 0,
            "invalid-scale",
            `${path}/scales`,
            "scales are standard deviations in metres, more than 0 (not logarithms)",
        ),
        rotations: arrays.requireLengths(
            arrays.readRows(hands.rotations, `${path}/rotations`, 4, count),
            4,
            1 - UnitTolerance,
            1 + UnitTolerance,
            "invalid-rotation",
            `${path}/rotations`,
        ),
    };
    return IsComplete(parts) ? parts : null;
}

/**
 * Reads how outputs of networks become Gaussians.
 *
 * @param decoding what the tier says of it; its tensors were checked with the networks
 * @param path JSON pointer of that
 * @param count number of Gaussians
 * @param arrays reads its arrays
 * @returns the decoding, or null when it cannot be used
 */
export function ReadDecoding(
    decoding: DecodingDescription,
    path: string,
    count: number,
    arrays: MapArrayReader,
): IMapDecoding | null {
    const { outputs, gains, colorActivation, fixedHands } = decoding;
    const parts = {
        opacities: arrays.readRows(decoding.opacities, `${path}/opacities`, 1, count),
        scales: arrays.readRows(decoding.scales, `${path}/scales`, 3, count),
        rotations: arrays.requireLengths(
            arrays.readRows(decoding.rotations, `${path}/rotations`, 4, count, ["f32", "i16n"]),
            4,
            MinRotationLength,
            MaxRotationLength,
            "invalid-rotation",
            `${path}/rotations`,
        ),
        colors: arrays.readRows(decoding.colors, `${path}/colors`, 3, count),
    };
    const hands = fixedHands && ReadFixedHands(fixedHands, `${path}/fixedHands`, count, arrays);
    return IsComplete(parts) && hands !== null
        ? { outputs, gains, ...parts, colorActivation, fixedHands: hands ?? null }
        : null;
}
