// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/**
 * The frames that carry neither heads nor bodies (RFC 9113 section 6.3 to 6.9): whether they are well formed, what the peer's
 * settings are, and what becomes of streams and windows.
 */
final class ControlFrames {
    private final Endpoint endpoint;
    private final FrameWriter writer;
    private final FlowControl flow;
    private boolean settingsReceived;
    private int peerInitialWindow = Frames.DEFAULT_WINDOW;
    private int peerMaxStreams = Integer.MAX_VALUE;
    private boolean peerTakesExtendedConnect;

    ControlFrames(Endpoint endpoint, FrameWriter writer, FlowControl flow) {
        this.endpoint = endpoint;
        this.writer = writer;
        this.flow = flow;
    }

    /** Whether the peer's settings have come, with which it begins (section 3.4). */
    boolean haveBegun() {
        return settingsReceived;
    }

    /** What a stream's window begins with. */
    int peerInitialWindow() {
        return peerInitialWindow;
    }

    /** How many streams the peer takes at once. */
    int peerMaxStreams() {
        return peerMaxStreams;
    }

    /** Whether the peer takes an extended CONNECT (RFC 8441 section 3). */
    boolean peerTakesExtendedConnect() {
        return peerTakesExtendedConnect;
    }

    /** Takes a frame; unknown types are ignored (section 4.1). */
    void take(int type, int flags, int stream, byte[] bytes, int length) {
        switch (type) {
            case Frames.RST_STREAM -> resetStream(stream, bytes, length);
            case Frames.SETTINGS -> settings(flags, stream, bytes, length);
            case Frames.PING -> ping(flags, stream, bytes, length);
            case Frames.GOAWAY -> goAway(stream, bytes, length);
            case Frames.WINDOW_UPDATE -> windowUpdate(stream, bytes, length);
            case Frames.PRIORITY -> priority(stream, bytes, length);
            case Frames.PUSH_PROMISE -> endpoint.fail(Frames.PROTOCOL_ERROR);
            default -> endpoint.glitch();
        }
    }

    private void resetStream(int streamId, byte[] bytes, int length) {
        if (length != 4) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        if (streamId == 0 || endpoint.isIdle(streamId)) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        StreamBase stream = endpoint.stream(streamId);
        if (stream == null) {
            endpoint.nuisance();
        } else if (endpoint.toleratesReset(stream)) {
            endpoint.remove(stream);
            stream.onReset(Frames.int32(bytes, 0));
            endpoint.onStreamLost();
        }
    }

    private void settings(int flags, int streamId, byte[] bytes, int length) {
        if (streamId != 0) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if ((flags & Frames.ACK) != 0) {
            if (length != 0) {
                endpoint.fail(Frames.FRAME_SIZE_ERROR);
            }
            return;
        }
        if (length % 6 != 0) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        if ((settingsReceived && !endpoint.nuisance()) || !settings(bytes, length)) {
            return;
        }
        writer.acknowledgeSettings();
        boolean first = !settingsReceived;
        settingsReceived = true;
        if (first) {
            endpoint.onFirstSettings();
        }
    }

    /** Takes the payload of a SETTINGS frame; false after a connection error. */
    boolean settings(byte[] payload, int length) {
        for (int at = 0; at < length; at += 6) {
            int value = Frames.int32(payload, at + 2);
            if (!setting((payload[at] & 0xff) << 8 | (payload[at + 1] & 0xff), value)) {
                return false;
            }
        }
        return true;
    }

    private boolean setting(int name, int value) {
        switch (name) {
            case Frames.SETTINGS_ENABLE_PUSH -> {
                if (value != 0 && value != 1) {
                    return endpoint.fail(Frames.PROTOCOL_ERROR);
                }
            }
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> peerMaxStreams = value < 0 ? Integer.MAX_VALUE : value;
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    return endpoint.fail(Frames.FLOW_CONTROL_ERROR);
                }
                int difference = value - peerInitialWindow;
                peerInitialWindow = value;
                return endpoint.widenStreams(difference);
            }
            case Frames.SETTINGS_MAX_FRAME_SIZE -> {
                if (value < Frames.SMALLEST_MAX_LENGTH || value > 0xff_ffff) {
                    return endpoint.fail(Frames.PROTOCOL_ERROR);
                }
                writer.maxFrameSize(value);
            }
            case Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL -> {
                if (value != 0 && value != 1) {
                    return endpoint.fail(Frames.PROTOCOL_ERROR);
                }
                peerTakesExtendedConnect = value == 1;
            }
            default -> {} // the encoder keeps no table, priorities are not kept
        }
        return true;
    }

    private void ping(int flags, int streamId, byte[] bytes, int length) {
        if (length != 8) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
        } else if (streamId != 0) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
        } else if ((flags & Frames.ACK) != 0) {
            endpoint.onPong();
        } else if (endpoint.nuisance()) {
            writer.pong(bytes);
        }
    }

    private void goAway(int streamId, byte[] bytes, int length) {
        if (streamId != 0) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
        } else if (length < 8) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
        } else {
            endpoint.onGoAway(Frames.int32(bytes, 0) & 0x7fff_ffff, Frames.int32(bytes, 4));
        }
    }

    private void windowUpdate(int streamId, byte[] bytes, int length) {
        if (length != 4) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        int more = Frames.int32(bytes, 0) & 0x7fff_ffff;
        if (streamId == 0) {
            if (more == 0) {
                endpoint.fail(Frames.PROTOCOL_ERROR);
            } else if (!flow.widen(more)) {
                endpoint.fail(Frames.FLOW_CONTROL_ERROR);
            } else {
                flow.sendWaiting();
            }
            return;
        }
        if (endpoint.isIdle(streamId)) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        StreamBase stream = endpoint.stream(streamId);
        if (stream == null) {
            return;
        }
        if (more == 0) {
            endpoint.streamError(stream, Frames.PROTOCOL_ERROR);
        } else if (stream.sendWindow > FlowControl.LARGEST_WINDOW - more) {
            endpoint.streamError(stream, Frames.FLOW_CONTROL_ERROR);
        } else {
            stream.sendWindow += more;
            if (stream.queued) {
                flow.sendWaiting();
            }
        }
    }

    private void priority(int streamId, byte[] bytes, int length) {
        if (length != 5) {
            endpoint.fail(Frames.FRAME_SIZE_ERROR);
        } else if (streamId == 0 || (Frames.int32(bytes, 0) & 0x7fff_ffff) == streamId) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
        } else if (endpoint.stream(streamId) == null) {
            endpoint.nuisance();
        }
    }
}
