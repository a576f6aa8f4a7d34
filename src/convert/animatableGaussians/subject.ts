import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { type IBodyParameters, ReadBodyParametersAsync, RootFreePose } from "./bodyParameters.js";
import { ReadBodyModelJointsAsync } from "./bodyModelJoints.js";
import { ConvertError } from "../convertError.js";
import { EstimateJoints, type IPosedMap } from "./estimateJoints.js";
import { type IFolderSource } from "./folderSource.js";
import { CanonicalToPose } from "./jointMatrices.js";
import { type IPositionMap, ReadPositionMap } from "./readPositionMap.js";
import { ReadVolumeWeightsAsync, ReadWeightsAsync } from "./skinningWeights.js";
import { SpreadEvenly } from "./spreadEvenly.js";
import { type ISubjectFiles } from "./subjectFiles.js";
import { type ITemplate, ReadTemplate } from "./template.js";

/** Largest picture file, bytes: one without compression of the largest size. */
const MaxMapBytes = 256 * 1024 * 1024;

/** Pose maps that joints are found from. */
const MapsForJoints = 16;

/** Poses that the number of influences is chosen by. */
const PosesForInfluences = 8;

/** Mean distance of posed points from pose maps above which joints are doubted, metres. */
const DoubtfulError = 2e-3;

/** A person as plain data. */
export interface ISubject {
    /** The body in its canonical pose. */
    readonly template: ITemplate;
    /** [N,55] skinning weights. */
    readonly weights: Float32Array;
    /** Shape and poses of the training; null when they are not there. */
    readonly parameters: IBodyParameters | null;
    /** [55,3] joints at rest, metres. */
    readonly joints: Float64Array;
}

/** Reads the files of one subject. */
export class SubjectReader {
    /** Where the files are. */
    public readonly files: ISubjectFiles;

    private readonly _folder: IFolderSource;
    private readonly _warn: (message: string) => void;

    /**
     * @param folder the subject's folder; borrowed
     * @param files of it
     * @param warn told what is lost, for people
     */
    public constructor(folder: IFolderSource, files: ISubjectFiles, warn: (message: string) => void) {
        this._folder = folder;
        this.files = files;
        this._warn = warn;
    }

    /**
     * Reads template, weights, poses and joints.
     *
     * @param bodyModel gives the joints; null to find them from the pose maps
     * @param reportAsync told the share that is done, 0..1; may stop the work by throwing
     * @returns the person
     * @throws ConvertError naming the file
     */
    public async readAsync(
        bodyModel: IRandomAccessFile | null,
        reportAsync: (share: number) => Promise<void>,
    ): Promise<ISubject> {
        const { files } = this;
        const names = [files.positions, files.normals] as const;
        const template = ReadTemplate(await this.readMapAsync(names[0]), await this.readMapAsync(names[1]), names);
        await reportAsync(0.2);
        const count = template.texels.length;
        const weights =
            files.weights === null
                ? await ReadVolumeWeightsAsync(await this._folder.openAsync(files.weightVolume!), template.positions)
                : await ReadWeightsAsync(await this._folder.openAsync(files.weights), count);
        await reportAsync(0.4);
        const parameters =
            files.parameters === null
                ? null
                : await ReadBodyParametersAsync(await this._folder.openAsync(files.parameters));
        if (parameters === null) {
            this._warn(
                "There is no smpl_params.npz: the joints are those of the average body, and the avatar gets no clip.",
            );
        }
        const joints = bodyModel
            ? await ReadBodyModelJointsAsync(bodyModel, parameters?.betas ?? new Float32Array(0))
            : await this._estimateAsync(template, weights, parameters!, reportAsync);
        return { template, weights, parameters, joints };
    }

    /**
     * Reads one of the subject's maps.
     *
     * @param path of the file
     * @returns the map
     * @throws {@link ConvertError} naming it
     */
    public async readMapAsync(path: string): Promise<IPositionMap> {
        const file = await this._folder.openAsync(path);
        if (file.byteLength > MaxMapBytes) {
            throw new ConvertError("too-large", `${path} has ${file.byteLength} bytes; up to ${MaxMapBytes} are read.`);
        }
        return ReadPositionMap(await file.readAsync(0, file.byteLength), path);
    }

    /**
     * Reads a pose map, as large as pose maps of this subject are.
     *
     * @param frame of the training
     * @param size side of one half, pixels
     * @returns front and back side by side
     * @throws {@link ConvertError} `missing-files` or `wrong-shape`
     */
    public async readPoseMapAsync(frame: number, size: number): Promise<IPositionMap> {
        const path = this.files.poseMaps.get(frame);
        if (path === undefined) {
            const known = [...this.files.poseMaps.keys()];
            throw new ConvertError(
                "missing-files",
                `The folder has no pose map of frame ${frame} (${String(frame).padStart(8, "0")}.exr); ` +
                    (known.length === 0 ? "it has none at all." : `it has those from ${known[0]} to ${known.at(-1)}.`),
            );
        }
        const map = await this.readMapAsync(path);
        if (map.height !== size || map.width !== 2 * size) {
            throw new ConvertError(
                "wrong-shape",
                `${path} has ${map.width} × ${map.height} pixels; pose maps of this subject have ${2 * size} × ${size}.`,
            );
        }
        return map;
    }

    private async _estimateAsync(
        template: ITemplate,
        weights: Float32Array,
        parameters: IBodyParameters,
        reportAsync: (share: number) => Promise<void>,
    ): Promise<Float64Array> {
        const frames = [...this.files.poseMaps.keys()].filter((frame) => frame < parameters.frameCount);
        const chosen = SpreadEvenly(frames, MapsForJoints);
        const maps: IPosedMap[] = [];
        for (const frame of chosen) {
            // One after the other: the reader is told how far it is.
            /* eslint-disable no-await-in-loop */
            const map = await this.readPoseMapAsync(frame, template.mapSize / 2);
            maps.push({ pose: RootFreePose(parameters, frame), map });
            await reportAsync(0.4 + (0.5 * maps.length) / chosen.length);
            /* eslint-enable no-await-in-loop */
        }
        const { joints, error, guessed } = EstimateJoints(template, weights, maps);
        const millimetres = (error * 1000).toFixed(2);
        this._warn(
            `Joints were found from ${maps.length} pose maps, which they explain to ${millimetres} mm; those of fingers, face and pelvis, ` +
                "which do not turn there, from skinning weights and proportions. The body model would give them exactly.",
        );
        if (guessed.length > 0) {
            this._warn(`These joints turn in none of the poses, so their places are guesses: ${guessed.join(", ")}.`);
        }
        if (error > DoubtfulError) {
            this._warn(
                `The pose maps do not follow from smpl_params.npz (${millimetres} mm): are both of this subject, and unchanged?`,
            );
        }
        return joints;
    }
}

/**
 * Poses of the training to try a body in, with the joints held at rest that the networks do not see.
 *
 * @param subject the person
 * @returns [55,12] matrices of each, the canonical space → posed
 */
export function SamplePoses({ parameters, joints }: ISubject): Float64Array[] {
    const rest = new Float64Array(joints.length);
    if (parameters === null) {
        return [CanonicalToPose(joints, rest)];
    }
    const frames = Array.from({ length: parameters.frameCount }, (_, frame) => frame);
    return SpreadEvenly(frames, PosesForInfluences).map((frame) => {
        // Hands move the finished body, so they are tried as well; the root turns all alike.
        const pose = Float64Array.from(parameters.poses.subarray(frame * joints.length, (frame + 1) * joints.length));
        pose.fill(0, 0, 3);
        return CanonicalToPose(joints, pose);
    });
}
