// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of the admin socket: declared beside what it shows or changes.
 *
 * @param name one to four words, as typed
 * @param usage what {@code help} prints, arguments included
 * @param doc what {@code help} prints behind it
 * @param level the least level that may run it
 * @param action runs it
 */
public record Command(String name, String usage, String doc, Level level, Action action) {
    /** Runs on the admin socket's thread; must not block for long. */
    @FunctionalInterface
    public interface Action {
        /**
         * @param arguments the words behind the command's name
         * @param answer receives the text; an empty line is added by the session
         */
        void run(Arguments arguments, StringBuilder answer);

        /** Runs a command whose answer may go on; what goes on, or null. */
        default @Nullable Feed begin(Arguments arguments, StringBuilder answer) {
            run(arguments, answer);
            return null;
        }
    }

    /**
     * What a command was called with.
     *
     * @param words behind the command's name
     * @param payload the lines given behind {@code <<}, or the empty string
     */
    public record Arguments(List<String> words, String payload) {
        /** The word at {@code index}, or the empty string. */
        public String word(int index) {
            return index < words.size() ? words.get(index) : "";
        }

        public int size() {
            return words.size();
        }
    }

    int words() {
        return name.split(" ", -1).length;
    }
}
