// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

/** Reads a set in brackets, of which the opening one has been read: {@code [^a-z\d[:space:]]}. Not thread-safe. */
final class SetReader {
    private final Text text;
    private final boolean folds;
    private ByteSet set = ByteSet.EMPTY;

    /** @param folds whether letters in either case are the same */
    SetReader(Text text, boolean folds) {
        this.text = text;
        this.folds = folds;
    }

    ByteSet read() throws Beyond {
        text.check(!text.isNameInBrackets(), "a name outside of a set");
        boolean others = text.take('^');
        do { // a bracket that closes is itself in the first place
            element();
        } while (!text.take(']'));
        return others ? set.not() : set;
    }

    private void element() throws Beyond {
        char c = text.next();
        if (c == '[' && (text.isAt(':') || text.isAt('.') || text.isAt('='))) {
            named();
        } else if (c == '\\') {
            char letter = text.next();
            ByteSet type = Types.escaped(letter);
            if (type == null) {
                character(escaped(letter));
            } else {
                set = set.or(type);
                checkNoRange();
            }
        } else {
            character(c);
        }
    }

    private void named() throws Beyond {
        text.check(text.take(':'), "a name in dots");
        boolean others = text.take('^');
        String name = text.until(":]");
        ByteSet named = Types.named(name);
        if (folds && (name.equals("upper") || name.equals("lower"))) {
            named = named.folded();
        }
        set = set.or(others ? named.not() : named);
        checkNoRange();
    }

    /** A hyphen behind what is no character is itself, or wrong. */
    private void checkNoRange() throws Beyond {
        if (text.take('-')) {
            text.check(text.isAt(']'), "a range from no character");
            set = set.or(ByteSet.of('-'));
        }
    }

    private char escaped(char c) throws Beyond {
        return c == 'b' ? '\b' : text.escaped(c);
    }

    /** Adds a character, or the range that begins with it. */
    private void character(char first) throws Beyond {
        char last = first;
        if (text.take('-')) {
            if (text.isAt(']')) {
                set = set.or(ByteSet.of('-'));
            } else {
                last = text.next();
                text.check(last != '[', "a bracket at the end of a range");
                last = last == '\\' ? escaped(text.next()) : last;
                text.check(first <= last, "a range from more to less");
            }
        }
        ByteSet range = ByteSet.range(first, last);
        set = set.or(folds ? range.folded() : range);
    }
}
