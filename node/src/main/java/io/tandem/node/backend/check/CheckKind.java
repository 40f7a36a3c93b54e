// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/** What sort of check a backend's servers get. */
enum CheckKind {
    /** A connection is enough. */
    CONNECT,
    /** {@code option tcp-check}: the rules of the configuration. */
    TCP,
    /** {@code option httpchk}. */
    HTTP,
    /** Rules that come with the program: {@code option mysql-check} and its kin. */
    PROTOCOL,
    /** {@code agent-check}. */
    AGENT,
    /** {@code option external-check}: a program of the operator's. */
    EXTERNAL
}
