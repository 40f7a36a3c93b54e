// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.Locale;

/** The kinds of keyword that HAProxy's language has; each is a line of {@code known-keywords.txt}. */
public enum KeywordFamily {
    GLOBAL,
    /** Lines of {@code defaults}, {@code frontend}, {@code listen} and {@code backend}. */
    PROXY,
    /** The second word of {@code option}. */
    OPTION,
    BIND_OPTION,
    SERVER_OPTION,
    CRT_LIST_OPTION,
    ACTION,
    FETCH,
    CONVERTER,
    /** Names that imply a match method, such as {@code path_beg}. */
    ACL,
    PEERS,
    MAILERS,
    PROGRAM,
    RING,
    LOG_FORWARD,
    USERLIST,
    HTTP_ERRORS,
    RESOLVERS,
    CACHE,
    FCGI_APP,
    CRT_STORE,
    TRACES,
    LOG_PROFILE,
    ACME,
    LOG_VARIABLE;

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The family of the lines of a section. */
    public static KeywordFamily of(SectionKind kind) {
        return SectionKind.PROXIES.contains(kind)
                ? PROXY
                : switch (kind) {
                    case GLOBAL -> GLOBAL;
                    case PEERS -> PEERS;
                    case USERLIST -> USERLIST;
                    case RESOLVERS -> RESOLVERS;
                    case MAILERS -> MAILERS;
                    case HTTP_ERRORS -> HTTP_ERRORS;
                    case CACHE -> CACHE;
                    case RING -> RING;
                    case LOG_FORWARD -> LOG_FORWARD;
                    case PROGRAM -> PROGRAM;
                    case FCGI_APP -> FCGI_APP;
                    case CRT_STORE -> CRT_STORE;
                    case TRACES -> TRACES;
                    case LOG_PROFILE -> LOG_PROFILE;
                    case ACME -> ACME;
                    default -> GLOBAL;
                };
    }
}
