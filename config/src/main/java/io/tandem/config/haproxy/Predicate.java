// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The predicates of {@link Conditions}; a missing optional argument is the empty text. */
enum Predicate {
    DEFINED(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return environment.defines(first(arguments));
        }
    },
    FEATURE(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return platform.hasFeature(first(arguments));
        }
    },
    ENABLED(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return platform.isEnabled(first(arguments));
        }
    },
    STREQ(2) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return arguments.get(0).equals(arguments.get(1));
        }
    },
    STRNEQ(2) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return !arguments.get(0).equals(arguments.get(1));
        }
    },
    STRSTR(2) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return arguments.get(0).contains(arguments.get(1));
        }
    },
    VERSION_ATLEAST(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return Version.parse(platform.version()).compareTo(Version.parse(first(arguments))) >= 0;
        }
    },
    VERSION_BEFORE(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return Version.parse(platform.version()).compareTo(Version.parse(first(arguments))) < 0;
        }
    },
    OPENSSL_VERSION_ATLEAST(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return Version.parse(platform.opensslVersion()).compareTo(Version.parse(first(arguments))) >= 0;
        }
    },
    OPENSSL_VERSION_BEFORE(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return Version.parse(platform.opensslVersion()).compareTo(Version.parse(first(arguments))) < 0;
        }
    },
    SSLLIB_NAME_STARTSWITH(0) {
        @Override
        boolean test(Platform platform, Environment environment, List<String> arguments) {
            return platform.sslLibrary().startsWith(first(arguments));
        }
    };

    final String word = name().toLowerCase(Locale.ROOT);
    final int required;

    Predicate(int required) {
        this.required = required;
    }

    abstract boolean test(Platform platform, Environment environment, List<String> arguments);

    int accepted() {
        return Math.max(1, required);
    }

    static @Nullable Predicate named(String word) {
        for (Predicate predicate : values()) {
            if (predicate.word.equals(word)) {
                return predicate;
            }
        }
        return null;
    }

    private static String first(List<String> arguments) {
        return arguments.isEmpty() ? "" : arguments.get(0);
    }
}
