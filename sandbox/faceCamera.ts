import { type Scene } from "@babylonjs/core/scene.js";
import { type IFaceLandmarks, MediaPipeFace } from "babylon-gaussian-avatar";

/** Where the build puts MediaPipe when it is installed. */
const Folder = "mediapipe";

/** What of MediaPipe is used. */
interface ILandmarker {
    detectForVideo(video: HTMLVideoElement, milliseconds: number): IFaceLandmarks;
    close(): void;
}

interface IMediaPipe {
    readonly FilesetResolver: { forVisionTasks(folder: string): Promise<object> };
    readonly FaceLandmarker: { createFromOptions(files: object, options: object): Promise<ILandmarker> };
}

/**
 * Watches the face before the camera, as in a mirror. The pictures stay in the page.
 *
 * @param scene as long as it lives
 * @returns the face, for `followMorphs`
 * @throws Error when MediaPipe is not there, or the camera may not be used
 */
export async function WatchFaceAsync(scene: Scene): Promise<MediaPipeFace> {
    const landmarker = await LoadLandmarkerAsync();
    const video = document.createElement("video");
    let stream: MediaStream;
    try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    } catch (cause) {
        landmarker.close();
        throw new Error("There is no camera that this page may use: allow it in the browser's address bar.", { cause });
    }
    video.srcObject = stream;
    await video.play();
    const face = new MediaPipeFace({ isMirrored: true });
    let seen = -1;
    const watch = scene.onBeforeAnimationsObservable.add(() => {
        if (video.readyState >= video.HAVE_CURRENT_DATA && video.currentTime !== seen) {
            seen = video.currentTime;
            face.update(landmarker.detectForVideo(video, performance.now()));
        }
    });
    const stop = (): void => {
        watch.remove();
        stream.getTracks().forEach((track) => {
            track.stop();
        });
        landmarker.close();
    };
    if (scene.isDisposed) {
        stop();
    } else {
        scene.onDisposeObservable.addOnce(stop);
    }
    return face;
}

async function LoadLandmarkerAsync(): Promise<ILandmarker> {
    const folder = new URL(`${Folder}/`, document.baseURI).href;
    try {
        const { FilesetResolver, FaceLandmarker } = (await import(
            /* webpackIgnore: true */ `${folder}vision_bundle.mjs`
        )) as IMediaPipe;
        return await FaceLandmarker.createFromOptions(await FilesetResolver.forVisionTasks(`${folder}wasm`), {
            baseOptions: { modelAssetPath: `${folder}face_landmarker.task` },
            runningMode: "VIDEO",
            numFaces: 1,
            outputFaceBlendshapes: true,
            outputFacialTransformationMatrixes: true,
        });
    } catch (cause) {
        throw new Error(
            "MediaPipe is not here. Run npm install --no-save @mediapipe/tasks-vision, put face_landmarker.task (from MediaPipe's " +
                "page of the Face Landmarker) into node_modules/@mediapipe/tasks-vision, and start the sandbox again.",
            { cause },
        );
    }
}
