/**
 * Motion in files and from trackers, without Babylon: read BVH and SMPL files, write npz, BVH and glTF, retarget where
 * there is no scene, pose a body from points that a camera or headset sees.
 *
 * @packageDocumentation
 */
export { AvatarError } from "./diagnostics/avatarError.js";
export {
    type IAnimationClip,
    type IAnimationTrack,
    type IAvatarAsset,
    type IAvatarJoint,
} from "./format/avatarAsset.js";
export { type SmplxJointName } from "./format/bodyModel.js";
export { type IBvhJoint, BvhError, type BvhErrorCode, type IBvhMotion, ReadBvh } from "./animation/motion/bvh.js";
export { CreateBvhMotion, type IBvhMotionOptions } from "./animation/motion/bvhMotion.js";
export { BodyPointNames, type BodyPointName, BodyPoints } from "./animation/motion/bodyPoints.js";
export { FaceError, type FaceErrorCode } from "./animation/face/faceError.js";
export { DeclareExpressionSpace } from "./animation/face/space/declareExpressionSpace.js";
export { DescribeExpressionSpace } from "./animation/face/space/describeExpressionSpace.js";
export { ExpressionMapper } from "./animation/face/space/expressionMapper.js";
export { type IExpressionSpace, type IFaceJoint } from "./animation/face/space/expressionSpace.js";
export {
    FitExpressionMap,
    type IBasisComponent,
    type IExpressionFit,
    type IFitExpressionMapOptions,
    type IFittedJoint,
} from "./animation/face/space/fitExpressionMap.js";
export { ShapeSolver } from "./animation/face/space/shapeSolver.js";
export { ReadArkitJson } from "./animation/face/tracks/arkitJson.js";
export { type IFaceTrack } from "./animation/face/tracks/faceTrack.js";
export { FaceTrackSampler } from "./animation/face/tracks/faceTrackSampler.js";
export { ReadLiveLinkCsv } from "./animation/face/tracks/liveLinkCsv.js";
export { type FaceStatements } from "./animation/face/vocabulary/faceMapping.js";
export { ReadVrmExpressions } from "./animation/face/vocabulary/vrmExpressions.js";
export { type IMotion } from "./animation/motion/motion.js";
export { MotionFileError, type MotionFileErrorCode } from "./animation/motion/motionFileError.js";
export { type IPointFilterOptions, PointFilter } from "./animation/motion/pointFilter.js";
export { PoseFromPositions } from "./animation/motion/poseFromPositions.js";
export {
    type ILandmark,
    type ILandmarkOptions,
    ReadHandLandmarks,
    ReadPoseLandmarks,
} from "./animation/motion/poseLandmarks.js";
export { RigPose } from "./animation/motion/rigPose.js";
export { type ISmplMotion, ReadSmplMotion } from "./animation/motion/smplMotion.js";
export { type ISmplHandOptions } from "./animation/motion/smplHands.js";
export { type SmplUpAxis } from "./animation/motion/smplUpAxis.js";
export { CreateSmplMotion, type ISmplRigMotionOptions } from "./animation/motion/smplRigMotion.js";
export { WriteMotionGlb } from "./animation/motion/writeMotionGlb.js";
export { type IWriteSmplMotionOptions } from "./animation/motion/writeSmplMotion.js";
export { type ITrackedBodyOptions, TrackedBody } from "./animation/motion/trackedBody.js";
export { XrPoints } from "./animation/motion/xrPoints.js";
export { type IAvatarBody } from "./animation/pose/avatarBody.js";
export { BodyPose } from "./animation/pose/bodyPose.js";
export { type IPoseSource } from "./animation/pose/poseSource.js";
export { MeasureAvatarBody } from "./animation/pose/measureAvatarBody.js";
export { type IMeasureRetargetOptions, MeasureRetarget } from "./animation/retarget/measureRetarget.js";
export { RetargetError, type RetargetErrorCode } from "./animation/retarget/retargetError.js";
export {
    type IKeyTolerance,
    type IRetargetMotionOptions,
    RetargetMotion,
} from "./animation/retarget/retargetMotion.js";
export { type IRetargetOptions, type RootMotionMode, type SpineMode } from "./animation/retarget/retargetOptions.js";
export { type IFootMetrics } from "./animation/adjust/footMetrics.js";
export { type IStatistics } from "./animation/retarget/errorStatistics.js";
export { type BodyGroup, type IRetargetReport } from "./animation/retarget/retargetReport.js";
export { type IWriteClipOptions, WriteMotionBvh, WriteMotionNpz } from "./animation/retarget/writeClip.js";
export { type IRigCalibration } from "./animation/rig/calibrateRig.js";
export { type IRigMapping } from "./animation/rig/mapRig.js";
export { type IRigNode, type RestRig } from "./animation/rig/restRig.js";
export { RigError, type RigErrorCode } from "./animation/rig/rigError.js";
export {
    DescribeRig,
    type IDescribeRigOptions,
    type IRigProfile,
    type RigJointNames,
} from "./animation/rig/rigProfile.js";
