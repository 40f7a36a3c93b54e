// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import java.util.ArrayDeque;

/** The windows of a whole connection (RFC 9113 section 5.2), and the streams that wait for one. */
final class FlowControl {
    static final int LARGEST_WINDOW = Integer.MAX_VALUE;
    /** What is given to the whole connection beyond the default, so that streams do not hold each other up. */
    private static final int CONNECTION_WINDOW = 1 << 20;

    private final FrameWriter writer;
    private final ArrayDeque<StreamBase> waiting = new ArrayDeque<>();
    private int sendWindow = Frames.DEFAULT_WINDOW;
    private int receiveWindow = Frames.DEFAULT_WINDOW;
    private int unacknowledged;

    FlowControl(FrameWriter writer) {
        this.writer = writer;
    }

    /** Gives the peer room for the whole connection. */
    void start() {
        int more = CONNECTION_WINDOW - Frames.DEFAULT_WINDOW;
        writer.windowUpdate(0, more);
        receiveWindow += more;
    }

    // ---- what the peer may send

    /** DATA of {@code length} bytes begins; false if the peer was not allowed so much. */
    boolean receives(int length) {
        if (length > receiveWindow) {
            return false;
        }
        receiveWindow -= length;
        unacknowledged += length;
        return true;
    }

    /** Gives back what has been received, once it is worth a frame. */
    void acknowledge() {
        if (unacknowledged >= CONNECTION_WINDOW / 2) {
            writer.windowUpdate(0, unacknowledged);
            receiveWindow += unacknowledged;
            unacknowledged = 0;
        }
    }

    // ---- what we may send

    /** How many bytes the peer lets us send on all streams together. */
    int sendWindow() {
        return sendWindow;
    }

    void sent(int length) {
        sendWindow -= length;
    }

    /** The peer takes {@code more}; false if that is more than a window may be. */
    boolean widen(int more) {
        if (sendWindow > LARGEST_WINDOW - more) {
            return false;
        }
        sendWindow += more;
        return true;
    }

    /** The stream sends on when windows let it. */
    void enqueue(StreamBase stream) {
        if (!stream.queued) {
            stream.queued = true;
            waiting.addLast(stream);
        }
    }

    /** Gives every waiting stream a turn. */
    void sendWaiting() {
        for (int turns = waiting.size(); turns > 0 && sendWindow > 0 && writer.canWrite(); turns--) {
            StreamBase stream = waiting.pollFirst();
            if (stream == null) {
                return;
            }
            stream.queued = false;
            if (stream.id == 0) {
                continue;
            }
            if (!stream.sendPending()) {
                enqueue(stream);
            } else if (stream.id != 0) {
                stream.onWritable();
            }
        }
    }

    void dispose() {
        waiting.clear();
    }
}
