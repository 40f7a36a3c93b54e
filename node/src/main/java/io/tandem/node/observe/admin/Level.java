// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

/** What a session on the admin socket may do (HAProxy manual, {@code stats socket … level}). */
public enum Level {
    /** Reads what holds no secrets. */
    USER,
    /** Reads everything; the level of a socket that names none. */
    OPERATOR,
    /** Changes things. */
    ADMIN
}
