import { basename, extname } from "node:path";
import { FaceError } from "../../animation/face/faceError.js";
import { ReadArkitJson } from "../../animation/face/tracks/arkitJson.js";
import { type IFaceTrack } from "../../animation/face/tracks/faceTrack.js";
import { ReadLiveLinkCsv } from "../../animation/face/tracks/liveLinkCsv.js";
import { type FaceShapes, type FaceStatements } from "../../animation/face/vocabulary/faceMapping.js";
import { ReadVrmExpressions } from "../../animation/face/vocabulary/vrmExpressions.js";
import { IsGlb } from "../../format/glbContainer.js";
import { ReadCharacterFileAsync } from "../characterFile.js";
import { CliError } from "../cliError.js";
import { ReadUserFileAsync } from "../files.js";

/**
 * Reads a recorded face that the user named: CSV of Live Link Face, JSON, or a clip of a glTF, VRM or VRM Animation file.
 *
 * @param path path of the file
 * @param clip name of the clip, or undefined for the first that moves a face
 * @throws {@link CliError} `file-unreadable` or `no-such-clip`, or the error of the reader of that format
 */
export async function ReadFaceFileAsync(path: string, clip: string | undefined): Promise<IFaceTrack> {
    const bytes = await ReadUserFileAsync(path);
    const name = basename(path, extname(path));
    if (IsGlb(bytes) || /\.gltf$/iu.test(path)) {
        const { ReadCharacterFacesAsync } = await import("../../convert/motion/readCharacterFaces.js");
        return ChooseFace(await ReadCharacterFacesAsync(await ReadCharacterFileAsync(path), basename(path)), clip);
    }
    const text = new TextDecoder().decode(bytes);
    const track = /^\s*[[{]/u.test(text.slice(0, 64)) ? ReadArkitJson(text, name) : ReadLiveLinkCsv(text, name);
    return ChooseFace([track], clip);
}

function ChooseFace(tracks: readonly IFaceTrack[], clip: string | undefined): IFaceTrack {
    const track = clip === undefined ? tracks[0] : tracks.find(({ name }) => name === clip);
    if (!track) {
        const names = tracks.map(({ name }) => name).join(", ");
        throw new CliError("no-such-clip", `There is no clip "${clip}" that moves a face. Those that do are ${names}.`);
    }
    return track;
}

/**
 * Reads what the user knows better of the channels of a recording. What it says is checked where it is used.
 *
 * @param path path of a JSON file: shapes by channel
 * @throws {@link CliError} `file-unreadable`, {@link FaceError} `face-mapping-invalid`
 */
export async function ReadShapesAsync(path: string): Promise<Readonly<Record<string, FaceShapes>>> {
    const bytes = await ReadUserFileAsync(path);
    let json: unknown;
    try {
        json = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
        throw new FaceError("face-mapping-invalid", `${basename(path)} is no JSON: ${(cause as Error).message}.`, {
            cause,
        });
    }
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
        throw new FaceError(
            "face-mapping-invalid",
            `${basename(path)} is no list of shapes by channel: {"Smirk": "mouthSmileLeft", "Hat": null} is one.`,
        );
    }
    return json as Readonly<Record<string, FaceShapes>>;
}

/**
 * Reads what a VRM model says about its expressions.
 *
 * @param path path of the file
 * @throws {@link CliError} `file-unreadable`, {@link FaceError} `face-file-invalid`
 */
export async function ReadVrmAsync(path: string): Promise<FaceStatements> {
    return ReadVrmExpressions(await ReadUserFileAsync(path), basename(path));
}
