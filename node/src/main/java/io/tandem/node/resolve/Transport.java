// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

/** The way to one name server. Of its section's loop. */
interface Transport {
    /** Who hears what comes back. */
    interface Receiver {
        /** A whole message; the receiver may keep it. */
        void onMessage(byte[] message);

        /** A message was longer than we take. */
        void onTooBig();

        /** A message could not be sent after all. */
        void onSendFailed();
    }

    /**
     * Sends a message.
     *
     * @param id its id, which the response is to have; the transport may use another on its way
     * @return false where it cannot be sent
     */
    boolean send(byte[] message, int id);

    /** Nothing is sent or heard any more. */
    void close();
}
