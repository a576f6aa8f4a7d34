import { UsageError } from "./cliError.js";
import { type ICommandLine } from "./command.js";

/** Largest picture side; WebGPU's default limit for textures. */
const MaxPictureSide = 8192;

/** Most pictures of one run: ten minutes at 30 frames a second. */
const MaxFrames = 18_000;

/**
 * The one file that a command works on.
 *
 * @param line the command line
 * @param what what the file is, for the message
 * @returns its path
 * @throws {@link CliError} `usage` when there is none or more than one
 */
export function OnlyFile(line: ICommandLine, what: string): string {
    const [file, ...others] = line.files;
    if (file === undefined || others.length > 0) {
        throw UsageError(`Exactly one ${what} is expected, ${line.files.length} were given.`);
    }
    return file;
}

/**
 * The text of an option.
 *
 * @param line the command line
 * @param name long name of the option
 * @returns its value, or undefined when it was not given
 */
export function TextOption(line: ICommandLine, name: string): string | undefined {
    const value = line.options[name];
    return typeof value === "string" ? value : undefined;
}

/**
 * The number in an option.
 *
 * @param line the command line
 * @param name long name of the option
 * @param minimum smallest value allowed
 * @param maximum largest value allowed
 * @param isInteger whether only whole numbers are allowed (default: false)
 * @returns the number, or undefined when the option was not given
 * @throws {@link CliError} `usage`
 */
export function NumberOption(
    line: ICommandLine,
    name: string,
    minimum: number,
    maximum: number,
    isInteger = false,
): number | undefined {
    const text = TextOption(line, name);
    if (text === undefined) {
        return undefined;
    }
    const value = ParseNumber(text);
    if (!(value >= minimum && value <= maximum) || (isInteger && !Number.isInteger(value))) {
        const kind = isInteger ? "a whole number" : "a number";
        throw UsageError(`--${name} is "${text}": ${kind} from ${minimum} to ${maximum} is expected.`);
    }
    return value;
}

/**
 * Reads a picture size.
 *
 * @param text as `WIDTHxHEIGHT`, for example `640x960`
 * @returns pixels
 * @throws {@link CliError} `usage`
 */
export function ParseSize(text: string): { width: number; height: number } {
    const match = /^(\d+)x(\d+)$/.exec(text);
    const width = Number(match?.[1]);
    const height = Number(match?.[2]);
    if (!(width >= 1 && height >= 1 && width <= MaxPictureSide && height <= MaxPictureSide)) {
        throw UsageError(
            `--size is "${text}": WIDTHxHEIGHT is expected, for example 640x960, each up to ${MaxPictureSide}.`,
        );
    }
    return { width, height };
}

/**
 * Reads a background colour.
 *
 * @param text `transparent` or `#rrggbb`
 * @returns red, green, blue, alpha, each 0..1, sRGB display values
 * @throws {@link CliError} `usage`
 */
export function ParseBackground(text: string): readonly [number, number, number, number] {
    if (text === "transparent") {
        return [0, 0, 0, 0];
    }
    if (!/^#[\da-f]{6}$/i.test(text)) {
        throw UsageError(`--background is "${text}": transparent or #rrggbb is expected.`);
    }
    const channel = (at: number): number => Number.parseInt(text.slice(at, at + 2), 16) / 255;
    return [channel(1), channel(3), channel(5), 1];
}

/**
 * Reads a range of frame numbers.
 *
 * @param text `first:last` or `first:last:step`; the last frame is included
 * @returns the frame numbers
 * @throws {@link CliError} `usage`
 */
export function ParseFrames(text: string): number[] {
    const match = /^(\d+):(\d+)(?::(\d+))?$/.exec(text);
    const first = Number(match?.[1]);
    const last = Number(match?.[2]);
    const step = Number(match?.[3] ?? 1);
    const count = Math.floor((last - first) / step) + 1;
    if (!(step >= 1 && count >= 1 && count <= MaxFrames)) {
        throw UsageError(`--frames is "${text}": first:last or first:last:step is expected, for example 0:30:5.`);
    }
    return Array.from({ length: count }, (_, i) => first + i * step);
}

/** Where the camera stands about the person. */
export interface IOrbit {
    /** Degrees from the front; positive goes towards the person's left (+x). */
    readonly yaw: number;
    /** Degrees above the horizon. */
    readonly pitch: number;
    /** Metres from the middle of the person; undefined: so that the whole person is in the picture. */
    readonly distance: number | undefined;
}

/**
 * Reads an orbit camera.
 *
 * @param text `yaw`, `yaw,pitch` or `yaw,pitch,distance`
 * @returns the orbit
 * @throws {@link CliError} `usage`
 */
export function ParseOrbit(text: string): IOrbit {
    const numbers = text.split(",").map(ParseNumber);
    const [yaw = 0, pitch = 0, distance] = numbers;
    const isGood =
        numbers.length <= 3 &&
        numbers.every(Number.isFinite) &&
        Math.abs(pitch) < 90 &&
        !(distance !== undefined && distance <= 0);
    if (!isGood) {
        throw UsageError(
            `--camera is "${text}": yaw,pitch,distance in degrees and metres is expected, with pitch between -90 and 90, for example 30,10,2.5.`,
        );
    }
    return { yaw, pitch, distance };
}

/** NaN for anything that is not entirely a number. */
function ParseNumber(text: string): number {
    return text.trim() === "" ? NaN : Number(text);
}
