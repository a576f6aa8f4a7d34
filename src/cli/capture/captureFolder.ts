import { readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type IPinhole } from "../../math/pinhole.js";
import { AlbedoOf } from "../../convert/capture/albedo.js";
import {
    TextureNameOf,
    WriteCalibration,
    WriteExpressions,
    WriteSmplParameters,
    WriteSubject,
    WriteTrackingCameras,
} from "../../convert/capture/captureFiles.js";
import {
    DifferencesOf,
    HasSamePlan,
    ReadCaptureManifest,
    WriteCaptureManifest,
    type ICaptureManifest,
    type ICaptureRequest,
} from "../../convert/capture/captureManifest.js";
import { SkinMatrices } from "../../convert/capture/skinMatrices.js";
import { CliError } from "../cliError.js";
import { ReadUserFileAsync, WriteFileAtomicAsync } from "../files.js";
import { EncodePng } from "../render/pngFile.js";
import { EncodeCapturedPicture, type ICapturedPicture } from "./capturedPicture.js";
import { type ICaptureSession } from "./captureSession.js";

/** Name of the file that says what a capture is; written last, so that where it is everything else is as well. */
const ManifestName = "capture.json";

/** The folder of a capture: its files appear as a whole or not at all, and what is there is not made again. */
export class CaptureFolder {
    /** Path that the user gave. */
    public readonly path: string;

    /** @param path of the folder, which need not be there */
    public constructor(path: string) {
        this.path = path;
    }

    /**
     * Refuses a folder that holds something else.
     *
     * @param request what is to be captured
     * @returns `capture.json` of the capture that has begun already, or null
     * @throws CliError `capture-differs` when the folder holds another capture, or other files
     */
    public async readBegunAsync(request: ICaptureRequest): Promise<ICaptureManifest | null> {
        const path = join(this.path, ManifestName);
        if (!existsSync(path)) {
            await this._requireOwnAsync();
            return null;
        }
        const begun = ReadCaptureManifest(await ReadUserFileAsync(path), path);
        const differences = DifferencesOf(begun.request, request);
        if (differences.length > 0) {
            throw new CliError(
                "capture-differs",
                `${this.path} holds a capture of ${differences.join(" and ")}. Say the same to go on with it, or give -o another folder.`,
            );
        }
        return begun;
    }

    /**
     * Writes everything but the pictures.
     *
     * @param session what is captured
     * @param manifest what `capture.json` says
     * @throws CliError `file-unwritable`
     */
    public async beginAsync(session: ICaptureSession, manifest: ICaptureManifest): Promise<void> {
        await this._writeSessionAsync(session);
        await this._writeAsync(ManifestName, WriteCaptureManifest(manifest));
    }

    /**
     * Goes on with a capture that has begun: clears away what a run that was killed was about to write, and writes down
     * another name, licence or notices.
     *
     * @param begun what `capture.json` says
     * @param manifest what it is to say
     * @throws CliError `capture-differs` when the pictures that are there are of another plan; `file-unwritable`
     */
    public async goOnAsync(begun: ICaptureManifest, manifest: ICaptureManifest): Promise<void> {
        if (!HasSamePlan(begun, manifest)) {
            throw new CliError(
                "capture-differs",
                `${this.path} holds a capture that another version of this program began, with other poses, cameras or light. ` +
                    "Give -o another folder.",
            );
        }
        await this._tidyAsync();
        if (JSON.stringify(begun) !== JSON.stringify(manifest)) {
            await this._writeAsync(ManifestName, WriteCaptureManifest(manifest));
        }
    }

    private async _tidyAsync(): Promise<void> {
        const files = await readdir(this.path, { recursive: true });
        const staged = files.filter((name) => /(^|[\\/])\.[^\\/]+\.tmp$/.test(name));
        await Promise.all(
            staged.map(async (name) => {
                await rm(join(this.path, name), { force: true });
            }),
        );
    }

    /**
     * Whether a picture is there.
     *
     * @param camera name of the camera
     * @param frame number of the frame
     */
    public has(camera: string, frame: number): boolean {
        return PictureNames(camera, frame).every((name) => existsSync(join(this.path, name)));
    }

    /**
     * Keeps a picture.
     *
     * @param camera name of the camera
     * @param frame number of the frame
     * @param picture the picture
     * @throws CliError `file-unwritable`
     */
    public async keepAsync(camera: string, frame: number, picture: ICapturedPicture): Promise<void> {
        const { image, mask } = EncodeCapturedPicture(picture);
        const [imageName, maskName] = PictureNames(camera, frame);
        await this._writeAsync(imageName, image);
        await this._writeAsync(maskName, mask);
    }

    private async _writeSessionAsync({ rig, subject, frames }: ICaptureSession): Promise<void> {
        const poses = frames.map(({ pose }) => pose);
        await this._writeAsync("calibration.json", WriteCalibration(rig));
        await this._writeAsync("smpl_params.npz", WriteSmplParameters(poses));
        await this._writeAsync("expressions.npy", WriteExpressions(poses, subject.expressions.length));
        const joints = new SkinMatrices(subject);
        const following: IPinhole[][] = rig.cameras.map(() => []);
        for (const { rotations, translation } of poses) {
            joints.update(rotations, translation);
            rig.cameras.forEach(({ target }, i) => {
                if (target !== "body") {
                    following[i]!.push(rig.pinhole(i, joints));
                }
            });
        }
        await this._writeAsync(
            "tracking_cameras.npz",
            WriteTrackingCameras(rig, (camera) => following[camera]!),
        );
        await this._writeAsync("subject.npz", WriteSubject(subject));
        for (const [index, part] of subject.parts.entries()) {
            const { width, height, rgba } = AlbedoOf(part);
            // eslint-disable-next-line no-await-in-loop -- pictures are large: one at a time
            await this._writeAsync(TextureNameOf(index), EncodePng(width, height, rgba));
        }
    }

    /** A capture does not begin among other people's files. */
    private async _requireOwnAsync(): Promise<void> {
        const names = await readdir(this.path).catch(() => []);
        const known =
            /^(calibration\.json|smpl_params\.npz|expressions\.npy|tracking_cameras\.npz|subject\.npz|textures|\..*)$/;
        const stranger = names.find((name) => !known.test(name));
        if (stranger !== undefined) {
            throw new CliError(
                "capture-differs",
                `${this.path} holds ${stranger}, which is no capture's: give -o a new folder.`,
            );
        }
    }

    private async _writeAsync(name: string, bytes: Uint8Array): Promise<void> {
        await WriteFileAtomicAsync(join(this.path, name), bytes);
    }
}

function PictureNames(camera: string, frame: number): readonly [image: string, mask: string] {
    const file = `${String(frame).padStart(8, "0")}.png`;
    return [join("images", camera, file), join("masks", camera, file)];
}
