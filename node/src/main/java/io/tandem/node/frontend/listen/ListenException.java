// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

/** An address that cannot be listened at, worded as HAProxy's alert at start. */
public final class ListenException extends Exception {
    ListenException(String frontend, String address, Throwable cause) {
        super(
                "Starting frontend " + frontend + ": cannot bind socket (" + reason(cause) + ") [" + address + "]",
                cause);
    }

    /** The system's words, {@code Address already in use}, without the call's name and the error's number. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        int colon = message.lastIndexOf(": ");
        return colon >= 0 ? message.substring(colon + 2) : message;
    }
}
