// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.tandem.node.content.bandwidth.Bandwidth;
import io.tandem.node.content.bandwidth.Pacer;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** What bandwidth limits hold back of a TCP session, in either direction. Runs on the connection's loop. */
final class FlowLimits {
    /** Where bytes go that may pass; what is written is given away. */
    interface Ends {
        void writeToServer(ByteBuf out);

        boolean serverTakesMore();

        /** Some that had to wait have gone to the server. */
        void onPassedUp();

        void writeToClient(ByteBuf out);

        boolean clientTakesMore();

        /** Some that had to wait have gone to the client. */
        void onPassedDown();
    }

    private final Facts facts;
    private final int room;
    private final Ends ends;
    private @Nullable Pacer up;
    private @Nullable Pacer down;

    /** @param room how many bytes may wait in a direction before no more are read */
    FlowLimits(Facts facts, int room, Ends ends) {
        this.facts = facts;
        this.room = room;
        this.ends = ends;
    }

    /** Rules may have enabled some; what has passed is not taken back. */
    void begin() {
        Bandwidth limits = facts.bandwidth;
        if (limits == null) {
            return;
        }
        if (up == null && limits.limits(true)) {
            up = Pacer.take(facts.loop, limits, true, room, new Outlet(facts, ends, true));
        }
        if (down == null && limits.limits(false)) {
            down = Pacer.take(facts.loop, limits, false, room, new Outlet(facts, ends, false));
        }
    }

    private record Outlet(Facts facts, Ends ends, boolean upload) implements Pacer.Outlet {
        @Override
        public void pass(ByteBuf in, int length) {
            ByteBuf out = facts.loop.sendBuffer(); // a copy: what the pacer keeps is written over
            out.writeBytes(in, in.readerIndex(), length);
            if (upload) {
                ends.writeToServer(out);
            } else {
                ends.writeToClient(out);
            }
        }

        @Override
        public boolean takesMore() {
            return upload ? ends.serverTakesMore() : ends.clientTakesMore();
        }

        @Override
        public void onPassed() {
            if (upload) {
                ends.onPassedUp();
            } else {
                ends.onPassedDown();
            }
        }
    }

    /** Bytes for the server, which are given away. */
    void toServer(ByteBuf out) {
        Pacer present = up;
        if (present == null) {
            ends.writeToServer(out);
        } else {
            offer(present, out);
        }
    }

    /** Bytes for the client, which are given away. */
    void toClient(ByteBuf out) {
        Pacer present = down;
        if (present == null) {
            ends.writeToClient(out);
        } else {
            offer(present, out);
        }
    }

    private static void offer(Pacer pacer, ByteBuf out) {
        pacer.offer(out, out.readableBytes());
        out.release();
    }

    /** The server takes bytes again. */
    void resumeUp() {
        if (up != null) {
            up.resume();
        }
    }

    /** The client takes bytes again. */
    void resumeDown() {
        if (down != null) {
            down.resume();
        }
    }

    /** Whether more may be read from the client. */
    boolean hasRoomUp() {
        return up == null || !up.isFull();
    }

    /** Whether more may be read from the server. */
    boolean hasRoomDown() {
        return down == null || !down.isFull();
    }

    /** Whether something for the server waits here. */
    boolean holdUp() {
        return up != null && !up.isEmpty();
    }

    /** Whether something for the client waits here. */
    boolean holdDown() {
        return down != null && !down.isEmpty();
    }

    /** Drops what waits. */
    void close() {
        if (up != null) {
            up.close();
            up = null;
        }
        if (down != null) {
            down.close();
            down = null;
        }
    }
}
