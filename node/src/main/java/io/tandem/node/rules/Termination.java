// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/**
 * The termination state of a session as two letters (HAProxy manual 8.5): who ended it, and what it was doing.
 *
 * <p>Constants of {@code char} so that an exchange sets them without an object.
 */
public final class Termination {
    private Termination() {}

    /** Ended normally. */
    public static final char NORMAL = '-';

    /** By the client. */
    public static final char CLIENT = 'C';
    /** By the server, or it refused the connection. */
    public static final char SERVER = 'S';
    /** By the proxy: a rule, a security check. */
    public static final char PROXY = 'P';
    /** Answered locally: redirection, statistics, {@code return}. */
    public static final char LOCAL = 'L';
    /** A resource was exhausted. */
    public static final char RESOURCE = 'R';
    /** An internal error. */
    public static final char INTERNAL = 'I';
    /** The server went down, and with it its sessions. */
    public static final char DOWN = 'D';
    /** It used a backup server, and an active one came up. */
    public static final char BACKUP_NOT_NEEDED = 'U';
    /** The session was killed by the operator. */
    public static final char KILLED = 'K';
    /** A client-side time-out. */
    public static final char CLIENT_TIMEOUT = 'c';
    /** A server-side time-out. */
    public static final char SERVER_TIMEOUT = 's';

    /** While waiting for the request. */
    public static final char IN_REQUEST = 'R';
    /** While waiting in the queue. */
    public static final char IN_QUEUE = 'Q';
    /** While connecting to the server. */
    public static final char IN_CONNECT = 'C';
    /** While waiting for the response head. */
    public static final char IN_HEADERS = 'H';
    /** While data flowed. */
    public static final char IN_DATA = 'D';
    /** While the last bytes went to the client. */
    public static final char IN_LAST = 'L';
    /** In a tarpit. */
    public static final char IN_TARPIT = 'T';
}
