/** The device's camera: the one at the back first, with its lamp where it has one; every refusal has a name that people get words for. */
import { hasCamera } from '../surroundings.ts';

export type CameraFault = 'insecure' | 'unsupported' | 'refused' | 'absent' | 'busy' | 'failed';

export interface Camera {
  readonly stream: MediaStream;
  readonly id: string;
  /** Ids of all cameras, this one among them. */
  readonly all: readonly string[];
  readonly hasTorch: boolean;
  readonly light: (on: boolean) => Promise<void>;
  readonly stop: () => void;
}

/** Fine enough for a dense code that fills half of the frame. */
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } } as const;

/** Opens the camera with this id, or the one at the back. @returns the camera, or why there is none; never throws */
export async function openCamera(id?: string): Promise<Camera | CameraFault> {
  if (!globalThis.isSecureContext) return 'insecure';
  if (!hasCamera()) return 'unsupported';
  try {
    const which = id === undefined ? { facingMode: { ideal: 'environment' } } : { deviceId: { exact: id } };
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { ...WANTED, ...which },
      audio: false,
    });
    return await cameraOf(stream);
  } catch (error) {
    return faultOf(error);
  }
}

async function cameraOf(stream: MediaStream): Promise<Camera> {
  const [track] = stream.getVideoTracks();
  const devices = await navigator.mediaDevices.enumerateDevices();
  const all = devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '');
  const can = (track?.getCapabilities?.() ?? {}) as { torch?: boolean }; // Image Capture, which the library does not know
  return {
    stream,
    id: track?.getSettings().deviceId ?? '',
    all: all.map(({ deviceId }) => deviceId),
    hasTorch: can.torch === true,
    light: async on => {
      await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
    },
    stop: () => stream.getTracks().forEach(each => each.stop()),
  };
}

const FAULTS: Readonly<Record<string, CameraFault>> = {
  NotAllowedError: 'refused',
  PermissionDeniedError: 'refused',
  SecurityError: 'insecure',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

function faultOf(error: unknown): CameraFault {
  return FAULTS[(error as { name?: string }).name ?? ''] ?? 'failed';
}
