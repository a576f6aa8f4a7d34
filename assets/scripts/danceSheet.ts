import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { DescribeMotion, ReadMotionFileAsync } from "../../src/cli/motion/motionFile.js";
import { PoseByMotion } from "../../src/cli/render/avatarPose.js";
import { AvatarStage } from "../../src/cli/render/avatarStage.js";
import { OrbitPinhole } from "../../src/cli/render/orbitCamera.js";
import { ReadAvatar } from "../../src/format/readAvatar.js";

/** A warm wall behind her: light, so that halos would show. */
const Wall = { r: 0xf4, g: 0xf1, b: 0xec } as const;

const Quality = 82;

/** A picture of many. */
export interface ISheet {
    /** Pixels of one picture. */
    readonly width: number;
    readonly height: number;
    /** Pictures in a row. */
    readonly columns: number;
    /** Points of time of the motion, seconds, and the camera: degrees about her, metres away. */
    readonly moments: readonly { readonly seconds: number; readonly yaw: number; readonly distance: number }[];
}

/** Once around her while she dances. */
export const OrbitSheet: ISheet = {
    width: 300,
    height: 350,
    columns: 6,
    moments: Array.from({ length: 12 }, (_, i) => ({ seconds: 0.9 * i, yaw: 30 * i, distance: 4.3 })),
};

/** What the README begins with. */
export const TitleSheet: ISheet = {
    width: 340,
    height: 480,
    columns: 4,
    moments: [
        { seconds: 5.64, yaw: 10, distance: 4 },
        { seconds: 10.17, yaw: -20, distance: 4 },
        { seconds: 7.65, yaw: -75, distance: 4 },
        { seconds: 0.5, yaw: 150, distance: 4 },
    ],
};

/**
 * Draws an avatar at several points of a motion, with what its networks make of each pose.
 *
 * @param avatar the avatar
 * @param motion the motion of any rig
 * @param sheets what is to be seen, by the JPEG files to write
 */
export async function DrawSheetsAsync(
    avatar: string,
    motion: string,
    sheets: Readonly<Record<string, ISheet>>,
): Promise<void> {
    const glb = new Uint8Array(await readFile(avatar));
    const { joints } = ReadAvatar(glb);
    const [clip] = await ReadMotionFileAsync(motion);
    const profile = DescribeMotion(clip!, path.basename(motion));
    for (const [file, { width, height, columns, moments }] of Object.entries(sheets)) {
        const stage = await AvatarStage.CreateAsync(glb, { width, height, background: [0, 0, 0, 0] });
        try {
            const poseAt = PoseByMotion(stage.avatar, joints, clip!, profile);
            const tiles = [];
            for (const [i, { seconds, yaw, distance }] of moments.entries()) {
                poseAt(seconds);
                stage.setCamera(OrbitPinhole({ yaw, pitch: 4, distance }, [() => stage.getSpheres()], width, height));
                const input = Buffer.from(await stage.drawSettledAsync());
                const place = { left: (i % columns) * width, top: Math.floor(i / columns) * height };
                tiles.push({ input, raw: { width, height, channels: 4 as const }, ...place });
            }
            const size = { width: columns * width, height: Math.ceil(moments.length / columns) * height };
            const sheet = sharp({ create: { ...size, channels: 3, background: Wall } }).composite(tiles);
            const bytes = await sheet.jpeg({ quality: Quality, mozjpeg: true }).toBuffer();
            await writeFile(file, bytes);
            console.log(`${path.basename(file)}: ${bytes.length} bytes`);
        } finally {
            stage.dispose();
        }
    }
}
