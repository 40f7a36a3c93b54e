// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

/** Who waits for a server connection to be established. Calls come on the loop that both live on. */
public interface ServerSeeker {
    /** The connection is established; from now on it is this seeker's to {@link ServerConnection#use}. */
    void onConnected(ServerConnection connection);

    /** It could not be established; it is closed already. */
    void onConnectFailed(ServerConnection connection, boolean timedOut);
}
