// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment a configuration sees (manual 2.3): the process's, changed by {@code setenv} and its like while the lines
 * are read. A process cannot change its own environment in Java; children get {@link #variables()} instead.
 *
 * <p>Values are bytes, see {@link Bytes}. Not thread-safe.
 */
public final class Environment {
    private final Map<String, String> variables;

    public Environment(Map<String, String> variables) {
        this.variables = new HashMap<>(variables);
    }

    /** A copy of the environment this process was started with. */
    public static Environment ofProcess() {
        Environment environment = new Environment(Map.of());
        System.getenv().forEach((name, value) -> environment.set(Bytes.fromUnicode(name), Bytes.fromUnicode(value)));
        return environment;
    }

    public @Nullable String get(String name) {
        return variables.get(name);
    }

    public boolean defines(String name) {
        return variables.containsKey(name);
    }

    public void set(String name, String value) {
        variables.put(name, value);
    }

    /** {@code presetenv}: the value already there stays. */
    public void preset(String name, String value) {
        variables.putIfAbsent(name, value);
    }

    public void unset(String name) {
        variables.remove(name);
    }

    /** {@code resetenv}: nothing but {@code names} stays. */
    public void retainOnly(Collection<String> names) {
        variables.keySet().retainAll(names);
    }

    /** An immutable copy, for child processes. */
    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    /**
     * An address word with {@code $NAME} and <code>${NAME}</code> replaced, which bind, server and stats socket addresses do
     * even outside quotes. A variable that is not set leaves nothing; there are no defaults here.
     */
    public String expandAddress(String word) {
        int dollar = word.indexOf('$');
        if (dollar < 0) {
            return word;
        }
        StringBuilder out = new StringBuilder(word.length());
        int at = 0;
        while (dollar >= 0) {
            out.append(word, at, dollar);
            boolean brace = dollar + 1 < word.length() && word.charAt(dollar + 1) == '{';
            int start = dollar + (brace ? 2 : 1);
            int end = start;
            while (end < word.length() && isNameCharacter(word.charAt(end))) {
                end++;
            }
            String value = get(word.substring(start, end));
            out.append(value == null ? "" : value);
            at = brace && end < word.length() && word.charAt(end) == '}' ? end + 1 : end;
            dollar = word.indexOf('$', at);
        }
        return out.append(word, at, word.length()).toString();
    }

    static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    static boolean isNameCharacter(char c) {
        return isNameStart(c) || (c >= '0' && c <= '9');
    }
}
