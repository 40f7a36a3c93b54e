// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;

/**
 * {@code idle-ping} (HAProxy 3.2): asks the peer of an idle connection for a sign of life, time and again; one that owes it when the
 * next is due is gone. Made for connections that want it, on their loop.
 */
public abstract class IdlePing {
    private final Timer timer;
    private final int everyMs;
    private boolean owed;

    /** @param everyMs positive */
    protected IdlePing(Loop loop, int everyMs) {
        this.everyMs = everyMs;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                due();
            }
        };
    }

    /** The argument of the option, milliseconds; 0 for never. */
    public static int millis(Arguments line) {
        String text = line.require("'idle-ping' expects <time> as argument.").text();
        Times time = Times.millis(text);
        if (!time.ok()) {
            throw line.error("'idle-ping' expects a time from 0 to about 24.8 days (got '" + text + "')");
        }
        return (int) time.value();
    }

    /** The connection has become idle. */
    public final void begin() {
        owed = false;
        timer.start(everyMs);
    }

    /** It is in use again. */
    public final void stop() {
        timer.stop();
    }

    private void due() {
        if (owed) {
            onSilence();
            return;
        }
        owed = true;
        timer.start(everyMs);
        Frames.header(out(), 8, Frames.PING, 0, 0);
        out().writeLong(0);
    }

    /** The peer has answered. */
    public final void onPong() {
        if (owed) {
            owed = false;
            onAnswer();
        }
    }

    /** There will be no more of it. */
    public final void dispose() {
        timer.dispose();
    }

    /** Where the connection gathers frames. */
    protected abstract ByteBuf out();

    /** The peer is there. */
    protected abstract void onAnswer();

    /** It is not. */
    protected abstract void onSilence();
}
