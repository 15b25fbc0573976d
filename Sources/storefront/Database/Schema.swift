import VitalsSQLite

/// The tables, and what is in them at first: the same in every new database.
enum Schema {
    /// How many there are of each; their ids begin with 1.
    static let users = 200
    static let sessions = 500
    static let carts = 1000

    /// Makes the tables, and fills them if the database is new.
    static func prepare(_ sqlite: SQLiteDatabase) throws {
        try sqlite.run("PRAGMA journal_mode = WAL")
        // Safe against a crash of the program, which is what WAL with NORMAL promises.
        try sqlite.run("PRAGMA synchronous = NORMAL")
        try sqlite.transaction {
            for table in tables { try sqlite.run(table) }
            guard try sqlite.run("SELECT id FROM users LIMIT 1").isEmpty else { return }
            for statement in content { try sqlite.run(statement) }
        }
    }

    private static let tables = [
        "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL)",
        """
        CREATE TABLE IF NOT EXISTS sessions (
            id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, started_at INTEGER NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS carts (
            id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, payment_method TEXT NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS cart_items (
            cart_id INTEGER NOT NULL REFERENCES carts, product TEXT NOT NULL, quantity INTEGER NOT NULL,
            cents INTEGER NOT NULL, PRIMARY KEY (cart_id, product)) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS orders (
            id INTEGER PRIMARY KEY, cart_id INTEGER NOT NULL REFERENCES carts,
            user_id INTEGER NOT NULL REFERENCES users, cents INTEGER NOT NULL, payment_method TEXT NOT NULL,
            began_at INTEGER NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS outbox (
            id INTEGER PRIMARY KEY REFERENCES orders, destination TEXT NOT NULL, headers TEXT NOT NULL,
            body BLOB NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS buyers_by_window (began_at INTEGER PRIMARY KEY, buyers INTEGER NOT NULL)
        """,
    ]

    /// One statement a table: a thousand of them would be a thousand spans.
    private static let content = [
        """
        WITH given(name) AS (VALUES ('Ada'), ('Alan'), ('Barbara'), ('Dennis'), ('Donald'), ('Edsger'), ('Frances'),
            ('Grace'), ('Hedy'), ('Ivan'), ('Joan'), ('John'), ('Katherine'), ('Ken'), ('Leslie'), ('Margaret'),
            ('Niklaus'), ('Radia'), ('Robin'), ('Tony')),
            family(name) AS (VALUES ('Baker'), ('Carter'), ('Fisher'), ('Gardener'), ('Mason'), ('Miller'), ('Potter'),
            ('Shepherd'), ('Smith'), ('Weaver'))
        INSERT INTO users (name, email)
            SELECT given.name || ' ' || family.name, lower(given.name || '.' || family.name) || '@example.com'
            FROM given, family ORDER BY given.name, family.name
        """,
        """
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(sessions))
        INSERT INTO sessions (id, user_id, started_at) SELECT n, n * 37 % \(users) + 1, 1700000000 + n * 61 FROM number
        """,
        """
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(carts))
        INSERT INTO carts (id, user_id, payment_method)
            SELECT n, n * 53 % \(users) + 1,
                CASE WHEN n % 10 < 6 THEN 'card' WHEN n % 10 < 9 THEN 'paypal' ELSE 'invoice' END
            FROM number
        """,
        """
        WITH product(p, name, cents) AS (VALUES (1, 'tea', 490), (2, 'mug', 1250), (3, 'notebook', 799),
            (4, 'lamp', 3495), (5, 'chair', 12900))
        INSERT INTO cart_items (cart_id, product, quantity, cents)
            SELECT carts.id, product.name, (carts.id + p) % 3 + 1, product.cents
            FROM carts, product WHERE (carts.id * p) % 5 < 2
        """,
    ]
}
