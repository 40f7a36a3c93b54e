// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.buffer.ByteBuf;

/** Who uses an established server connection now. All calls come on the loop that both live on. */
public interface ServerUser {
    /** Bytes from the server; the caller keeps {@code in}. */
    void onServerBytes(ByteBuf in);

    /** The last {@link #onServerBytes} of this event. */
    void onServerReadComplete();

    /** The server has sent its last byte but still listens; tunnels and TCP only. */
    void onServerHalfClosed();

    /** The connection has ended. */
    void onServerClosed();

    /**
     * The session is to end because of the server, which is neither asked nor told: the connection has ended.
     *
     * @param who why, as logs say it: {@link io.tandem.node.rules.Termination#DOWN} and its neighbours
     */
    void onServerKilled(char who);

    /** The server takes bytes again, or no longer. */
    void onServerWritabilityChanged(boolean writable);

    /** The time given to {@link ServerConnection#expect} is over. */
    void onServerTimeout();
}
